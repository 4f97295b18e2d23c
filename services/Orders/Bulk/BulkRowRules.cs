using System.Globalization;
using DaprShop.Contracts;
using DaprShop.Orders.Placing;
using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Bulk;

/// <summary>The decision about a row.</summary>
/// <param name="Lines">The priced lines to accept; null where the row is rejected.</param>
/// <param name="Errors">The errors of the row, or of lines that it goes without.</param>
internal sealed record BulkVerdict(IReadOnlyList<PricedLine>? Lines, IReadOnlyList<ValidationError> Errors);

/// <summary>Decides about a row of a bulk file.</summary>
internal static class BulkRowRules
{
    /// <summary>
    /// Applies the rules of <c>POST /orders</c>; <paramref name="policy"/> says whether an error in a line rejects the
    /// line or the row.
    /// </summary>
    public static BulkVerdict Decide(
        BulkOrder order,
        bool byOperator,
        string policy,
        IReadOnlyDictionary<string, Item> catalogue
    )
    {
        if (order.Request is not { } request)
            return new BulkVerdict(null, order.Errors);

        // A line that could not be read already has a more precise error than a missing line.
        var errors = order.Errors.ToList();
        errors.AddRange(
            OrderValidationRules
                .Validate(request, byOperator)
                .Where(c => !errors.Any(known => LineOf(c) is { } line && LineOf(known) == line))
        );
        errors.AddName("/key", order.Key, Names.MaxKeyLength);

        var wrong = errors.Select(LineOf).OfType<int>().ToHashSet();
        var (lines, unknown) = OrderPricingRules.Price(
            request with
            {
                Lines =
                [
                    .. request
                        .Lines.Take(OrderValidationRules.MaxLines)
                        .Select((line, i) => wrong.Contains(i) ? null! : line),
                ],
            },
            catalogue
        );
        errors.AddRange(unknown);
        errors.AddRange(OrderValidationRules.ValidateTotal(lines));
        var acceptable =
            policy == BulkPolicies.IgnoreFailed
                ? errors.TrueForAll(c => LineOf(c) is not null) && lines.Count > 0
                : errors.Count == 0;
        return new BulkVerdict(acceptable ? lines : null, errors);
    }

    private static int? LineOf(ValidationError error) =>
        error.Field.Split('/') is ["", "lines", var index, ..]
        && int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var line)
            ? line
            : null;
}
