using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Placing;

/// <summary>Decides whether an order can be accepted.</summary>
internal static class OrderValidationRules
{
    public const int MaxLines = 2_000;
    public const int MaxQuantity = 1_000_000;
    public const int MaxTextLength = 100;
    public const decimal MaxUnitPrice = 1_000_000m;

    /// <summary>GBP; the database holds a hundred times as much.</summary>
    public const decimal MaxTotal = 1_000_000_000_000m;

    /// <summary>What is wrong with the request as it stands; empty when nothing is.</summary>
    public static List<ValidationError> Check(OrderRequest request, bool byOperator)
    {
        var complaints = new List<ValidationError>();
        if (request.Lines.Count is 0 or > MaxLines)
            complaints.Add(new("/lines", $"An order has 1 to {MaxLines} lines."));
        for (var i = 0; i < Math.Min(request.Lines.Count, MaxLines); i++)
            CheckLine(request.Lines[i], $"/lines/{i}", byOperator, complaints);
        if (request.Payment.Token.Length is 0 or > MaxTextLength)
            complaints.Add(new("/payment/token", $"A token has 1 to {MaxTextLength} characters."));
        if (!ShortagePolicies.Names.Contains(request.OnShortage))
            complaints.Add(new("/onShortage", $"It is one of {string.Join(", ", ShortagePolicies.Names)}."));
        if (request.Customer is not null && !byOperator)
            complaints.Add(new("/customer", "Only an operator may order for somebody else."));
        if (request.Customer is { Length: 0 or > MaxTextLength })
            complaints.Add(new("/customer", $"A customer's name has 1 to {MaxTextLength} characters."));
        return complaints;
    }

    /// <summary>What is wrong with the lines together; empty when nothing is.</summary>
    public static List<ValidationError> CheckTotal(IEnumerable<PricedLine> lines) =>
        OrderPricingRules.Total(lines) > MaxTotal
            ? [new("/lines", $"An order's total is {MaxTotal} GBP at most.")]
            : [];

    private static void CheckLine(RequestedLine? line, string field, bool byOperator, List<ValidationError> complaints)
    {
        // A list's elements may be null whatever its type says.
        if (line is null)
        {
            complaints.Add(new(field, "A line is an object with sku and quantity."));
            return;
        }

        if (line.Sku.Length is 0 or > ItemNames.MaxLength)
            complaints.Add(new($"{field}/sku", $"A SKU has 1 to {ItemNames.MaxLength} characters."));
        if (line.Quantity is < 1 or > MaxQuantity)
            complaints.Add(new($"{field}/quantity", $"A quantity is 1 to {MaxQuantity}."));
        if (line.UnitPrice is null)
            return;
        if (!byOperator)
            complaints.Add(new($"{field}/unitPrice", "Only an operator may name a price."));
        if (line.UnitPrice is < 0 or > MaxUnitPrice || decimal.Round(line.UnitPrice.Value, 4) != line.UnitPrice)
            complaints.Add(new($"{field}/unitPrice", $"A price is 0 to {MaxUnitPrice} with four decimals at most."));
    }
}
