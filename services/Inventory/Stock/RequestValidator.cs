using DaprShop.Contracts;
using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Stock;

/// <summary>Validates members that several requests have. Each check adds its error.</summary>
internal sealed class RequestValidator : List<ValidationError>
{
    /// <summary>Adds an error about <paramref name="field"/> where <paramref name="valid"/> is false.</summary>
    public RequestValidator That(bool valid, string field, string detail)
    {
        if (!valid)
            Add(new(field, detail));
        return this;
    }

    public RequestValidator Reference(string reference) =>
        That(
            Names.IsValid(reference, Names.MaxKeyLength),
            "/reference",
            $"A reference must have {Names.Rule(Names.MaxKeyLength)}."
        );

    /// <summary>A reason; null is valid.</summary>
    public RequestValidator Reason(string? reason) =>
        That(
            reason is not { Length: 0 or > StockLimits.TextLength },
            "/reason",
            $"A reason must have 1 to {StockLimits.TextLength} characters."
        );

    /// <summary>A location; null is valid.</summary>
    public RequestValidator Location(string? location, string field = "/location") =>
        That(
            location is null || Names.IsValid(location, Names.MaxItemLength),
            field,
            $"A location must have {Names.Rule(Names.MaxItemLength)}."
        );

    public RequestValidator Lines(IReadOnlyList<OrderedUnits?> lines)
    {
        That(
            lines.Count is > 0 and <= StockLimits.MaxLines,
            "/lines",
            $"A request must have 1 to {StockLimits.MaxLines} lines."
        );
        That(lines.All(l => l?.Sku is not null), "/lines", "Each line must have a sku and a quantity.");
        That(
            lines.All(l => l?.Sku is null || Names.IsValid(l.Sku, Names.MaxItemLength)),
            "/lines",
            $"A SKU must have {Names.Rule(Names.MaxItemLength)}."
        );
        That(
            lines.All(l => l is null or { Quantity: > 0 and <= StockLimits.MaxQuantity }),
            "/lines",
            $"A quantity must be 1 to {StockLimits.MaxQuantity}."
        );
        return That(
            lines
                .OfType<OrderedUnits>()
                .GroupBy(l => l.Sku)
                .All(g => g.Sum(l => (long)l.Quantity) <= StockLimits.MaxQuantity),
            "/lines",
            $"The lines of one SKU must add up to {StockLimits.MaxQuantity} units at most."
        );
    }
}
