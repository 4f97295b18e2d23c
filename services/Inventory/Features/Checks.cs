using DaprShop.Contracts;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Features;

/// <summary>What an operator's request must be like, whatever it is about. Each check adds its complaint.</summary>
internal sealed class Checks : List<Complaint>
{
    public Checks That(bool holds, string field, string detail)
    {
        if (!holds)
            Add(new(field, detail));
        return this;
    }

    public Checks Reference(string reference) =>
        That(
            reference.Length is > 0 and <= IdempotencyKey.MaxLength,
            "/reference",
            $"A reference has 1 to {IdempotencyKey.MaxLength} characters."
        );

    /// <summary>Null where the route lets it be left out.</summary>
    public Checks Reason(string? reason) =>
        That(
            reason is not { Length: 0 or > Limits.TextLength },
            "/reason",
            $"A reason has 1 to {Limits.TextLength} characters."
        );

    public Checks Location(string? location, string field = "/location") =>
        That(
            location is not { Length: 0 or > Limits.SkuLength },
            field,
            $"A location has 1 to {Limits.SkuLength} characters."
        );

    public Checks Lines(IReadOnlyList<OrderedUnits?> lines)
    {
        That(lines.Count is > 0 and <= Limits.ReturnLines, "/lines", $"There are 1 to {Limits.ReturnLines} lines.");
        That(lines.All(l => l?.Sku is not null), "/lines", "A line is an object with sku and quantity.");
        That(
            lines.All(l => l is null or { Quantity: > 0 and <= Limits.MaxQuantity }),
            "/lines",
            $"A quantity is 1 to {Limits.MaxQuantity}."
        );
        return That(
            lines
                .OfType<OrderedUnits>()
                .GroupBy(l => l.Sku)
                .All(g => g.Sum(l => (long)l.Quantity) <= Limits.MaxQuantity),
            "/lines",
            $"The lines of a SKU come to {Limits.MaxQuantity} at most."
        );
    }
}
