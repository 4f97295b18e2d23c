using System.Globalization;
using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Placing;
using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Bulk;

/// <summary>What becomes of a row.</summary>
/// <param name="Lines">What is ordered, at its prices; null where the row is rejected.</param>
/// <param name="Complaints">What is wrong with it: all of it, or lines that it does without.</param>
internal sealed record BulkVerdict(IReadOnlyList<PricedLine>? Lines, IReadOnlyList<ValidationError> Complaints);

/// <summary>Decides about a row of a bulk file. Pure.</summary>
internal static class BulkRowRules
{
    /// <summary>The rules are those of <c>POST /orders</c>; <paramref name="policy"/> says what an error in a line costs: the line, or the row.</summary>
    public static BulkVerdict Decide(
        BulkOrder order,
        bool byOperator,
        string policy,
        IReadOnlyDictionary<string, Item> catalogue
    )
    {
        if (order.Request is not { } request)
            return new BulkVerdict(null, order.Complaints);

        // About a line that could not be read there is a better complaint than that it is not there.
        var complaints = order.Complaints.ToList();
        complaints.AddRange(
            OrderValidationRules
                .Check(request, byOperator)
                .Where(c => !complaints.Any(known => LineOf(c) is { } line && LineOf(known) == line))
        );
        if (order.Key is { Length: 0 or > IdempotencyKey.MaxLength })
            complaints.Add(new("/key", $"A key has 1 to {IdempotencyKey.MaxLength} characters."));

        var wrong = complaints.Select(LineOf).OfType<int>().ToHashSet();
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
        complaints.AddRange(unknown);
        complaints.AddRange(OrderValidationRules.CheckTotal(lines));
        var acceptable =
            policy == BulkPolicies.IgnoreFailed
                ? complaints.TrueForAll(c => LineOf(c) is not null) && lines.Count > 0
                : complaints.Count == 0;
        return new BulkVerdict(acceptable ? lines : null, complaints);
    }

    private static int? LineOf(ValidationError complaint) =>
        complaint.Field.Split('/') is ["", "lines", var index, ..]
        && int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var line)
            ? line
            : null;
}
