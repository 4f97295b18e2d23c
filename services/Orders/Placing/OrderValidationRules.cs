using DaprShop.Contracts;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Placing;

/// <summary>Decides whether an order can be accepted.</summary>
internal static class OrderValidationRules
{
    public const int MaxLines = 2_000;
    public const int MaxQuantity = 1_000_000;
    public const int MaxTextLength = 100;

    /// <summary>GBP.</summary>
    public const decimal MaxUnitPrice = 1_000_000m;

    /// <summary>GBP; the database column holds a hundred times as much.</summary>
    public const decimal MaxTotal = 1_000_000_000_000m;

    /// <summary>All errors of the request; empty for a valid one.</summary>
    public static List<ValidationError> Validate(OrderRequest request, bool byOperator)
    {
        var errors = new List<ValidationError>();
        if (request.Lines.Count is 0 or > MaxLines)
            errors.Add(new("/lines", $"Must have 1 to {MaxLines} lines."));
        for (var i = 0; i < Math.Min(request.Lines.Count, MaxLines); i++)
            ValidateLine(request.Lines[i], $"/lines/{i}", byOperator, errors);
        if (request.Payment.Token.Length is 0 or > MaxTextLength)
            errors.Add(new("/payment/token", $"Must have 1 to {MaxTextLength} characters."));
        if (!ShortagePolicies.Names.Contains(request.OnShortage))
            errors.Add(new("/onShortage", $"Must be one of: {string.Join(", ", ShortagePolicies.Names)}."));
        if (request.Customer is not null && !byOperator)
            errors.Add(new("/customer", "Only an operator may order for another customer."));
        errors.AddName("/customer", request.Customer, Names.MaxPersonLength);
        return errors;
    }

    /// <summary>Errors of the order's total; empty for a valid one.</summary>
    public static List<ValidationError> ValidateTotal(IEnumerable<PricedLine> lines) =>
        OrderPricingRules.Total(lines) > MaxTotal
            ? [new("/lines", $"The order's total must not exceed {MaxTotal} GBP.")]
            : [];

    private static void ValidateLine(RequestedLine? line, string field, bool byOperator, List<ValidationError> errors)
    {
        // JSON may contain a null element although the list's type excludes it.
        if (line is null)
        {
            errors.Add(new(field, "Must be an object with sku and quantity."));
            return;
        }

        errors.AddName($"{field}/sku", line.Sku, Names.MaxItemLength);
        if (line.Quantity is < 1 or > MaxQuantity)
            errors.Add(new($"{field}/quantity", $"Must be 1 to {MaxQuantity}."));
        if (line.UnitPrice is null)
            return;
        if (!byOperator)
            errors.Add(new($"{field}/unitPrice", "Only an operator may set a price."));
        if (line.UnitPrice is < 0 or > MaxUnitPrice || decimal.Round(line.UnitPrice.Value, 4) != line.UnitPrice)
            errors.Add(new($"{field}/unitPrice", $"Must be 0 to {MaxUnitPrice}, with at most four decimals."));
    }
}
