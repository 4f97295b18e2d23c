using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Stock;

/// <summary>What an operator's request must be like, whatever it is about. Each check adds its complaint.</summary>
internal sealed class RequestValidator : List<ValidationError>
{
    public RequestValidator That(bool holds, string field, string detail)
    {
        if (!holds)
            Add(new(field, detail));
        return this;
    }

    public RequestValidator Reference(string reference) =>
        That(
            reference.Length is > 0 and <= IdempotencyKey.MaxLength,
            "/reference",
            $"A reference has 1 to {IdempotencyKey.MaxLength} characters."
        );

    /// <summary>Null where the route lets it be left out.</summary>
    public RequestValidator Reason(string? reason) =>
        That(
            reason is not { Length: 0 or > StockLimits.TextLength },
            "/reason",
            $"A reason has 1 to {StockLimits.TextLength} characters."
        );

    public RequestValidator Location(string? location, string field = "/location") =>
        That(
            location is not { Length: 0 or > StockLimits.SkuLength },
            field,
            $"A location has 1 to {StockLimits.SkuLength} characters."
        );

    public RequestValidator Lines(IReadOnlyList<OrderedUnits?> lines)
    {
        That(
            lines.Count is > 0 and <= StockLimits.MaxLines,
            "/lines",
            $"There are 1 to {StockLimits.MaxLines} lines."
        );
        That(lines.All(l => l?.Sku is not null), "/lines", "A line is an object with sku and quantity.");
        That(
            lines.All(l => l is null or { Quantity: > 0 and <= StockLimits.MaxQuantity }),
            "/lines",
            $"A quantity is 1 to {StockLimits.MaxQuantity}."
        );
        return That(
            lines
                .OfType<OrderedUnits>()
                .GroupBy(l => l.Sku)
                .All(g => g.Sum(l => (long)l.Quantity) <= StockLimits.MaxQuantity),
            "/lines",
            $"The lines of a SKU come to {StockLimits.MaxQuantity} at most."
        );
    }
}
