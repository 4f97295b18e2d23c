using System.Globalization;
using DaprShop.Contracts;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Fulfilment;

/// <summary>The units that a caller named, by line, and what is wrong with the naming.</summary>
/// <param name="Units">What is named, by line. Incomplete where something is wrong.</param>
/// <param name="Errors">Lines that the order does not have, or that have another SKU.</param>
/// <param name="Ambiguous">Lines of one SKU at different prices, of which the caller must name one.</param>
/// <param name="Excess">Of which more is named than there is.</param>
internal sealed record FoundUnits(
    IReadOnlyList<(LineUnits Line, int Units)> Units,
    IReadOnlyList<ValidationError> Errors,
    IReadOnlyList<LineUnits> Ambiguous,
    IReadOnlyList<Shortage> Excess
);

/// <summary>
/// Decides which lines of an order a caller means. Money follows the line, so a SKU is enough only where it makes no
/// difference which of its lines is meant.
/// </summary>
internal static class NamedUnitRules
{
    /// <summary>Finds the lines of the named units, of which <paramref name="room"/> counts those that can be had.</summary>
    public static FoundUnits Find(
        IReadOnlyList<LineUnits> lines,
        IReadOnlyList<NamedUnits> named,
        Func<LineUnits, int> room
    )
    {
        var byNumber = lines.ToDictionary(l => l.Line);
        var units = new SortedDictionary<int, int>();
        List<ValidationError> errors = [];
        List<LineUnits> ambiguous = [];
        List<Shortage> excess = [];
        foreach (var wanted in named.Where(n => n.Line is not null).GroupBy(n => n.Line!.Value))
        {
            if (!byNumber.TryGetValue(wanted.Key, out var line))
                errors.Add(
                    new(
                        "/lines",
                        $"The order has no line {wanted.Key}. Its lines: {string.Join(", ", byNumber.Keys.Order())}."
                    )
                );
            else if (wanted.FirstOrDefault(w => w.Sku is { } sku && sku != line.Sku) is { } other)
                errors.Add(new("/lines", $"Line {line.Line} is of '{line.Sku}', not of '{other.Sku}'."));
            else
                Add(wanted.Sum(w => (long)w.Quantity), [line]);
        }

        foreach (var wanted in named.Where(n => n.Line is null).GroupBy(n => n.Sku!, StringComparer.Ordinal))
        {
            var (quantity, candidates) = (
                wanted.Sum(w => (long)w.Quantity),
                lines.Where(l => l.Sku == wanted.Key && Left(l) > 0).OrderBy(l => l.Line).ToList()
            );
            if (quantity < candidates.Sum(l => (long)Left(l)) && candidates.DistinctBy(l => l.UnitPrice).Skip(1).Any())
                ambiguous.AddRange(candidates);
            else
                Add(quantity, candidates, wanted.Key);
        }

        return new FoundUnits([.. units.Select(u => (byNumber[u.Key], u.Value))], errors, ambiguous, excess);

        int Left(LineUnits line) => Math.Max(room(line), 0) - units.GetValueOrDefault(line.Line);

        void Add(long quantity, List<LineUnits> candidates, string? sku = null)
        {
            var there = candidates.Sum(l => (long)Left(l));
            if (quantity > there)
            {
                excess.Add(new Shortage(sku ?? candidates[0].Sku, quantity, there));
                return;
            }

            foreach (var line in candidates)
            {
                var part = (int)Math.Min(quantity, Left(line));
                if (part > 0)
                    units[line.Line] = units.GetValueOrDefault(line.Line) + part;
                quantity -= part;
            }
        }
    }

    /// <summary>Says which line must be named, for a problem.</summary>
    public static string Describe(IReadOnlyList<LineUnits> ambiguous) =>
        $"The order has lines of one item at different prices: {string.Join(", ", ambiguous.Select(Describe))}. "
        + "Name the line that is meant by its number (line).";

    private static string Describe(LineUnits line) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"line {line.Line} of '{line.Sku}' at GBP {Money.Normalize(line.UnitPrice)}"
        );

    /// <summary>The found units, as they are written and answered.</summary>
    public static List<LineQuantity> ToQuantities(IEnumerable<(LineUnits Line, int Units)> found) =>
        [.. found.Select(f => new LineQuantity(f.Line.Sku, f.Units, f.Line.Line))];

    /// <summary>
    /// The lines of written units: by number, and those that were written without in the sequence of the lines.
    /// </summary>
    public static List<(LineUnits Line, int Units)> Spread(
        IReadOnlyList<LineUnits> lines,
        IReadOnlyList<LineQuantity> written,
        Func<LineUnits, int> room
    )
    {
        var named = written
            .Where(w => w.Line is not null)
            .GroupBy(w => w.Line!.Value, w => w.Quantity)
            .Join(lines, g => g.Key, l => l.Line, (g, l) => (Line: l, Units: g.Sum()))
            .ToList();
        var taken = named.ToDictionary(n => n.Line.Line, n => n.Units);
        var rest = LineUnitRules.Spread(
            lines,
            written.Where(w => w.Line is null).Select(w => new OrderedUnits(w.Sku, w.Quantity)),
            l => room(l) - taken.GetValueOrDefault(l.Line)
        );
        return [.. named.Concat(rest).GroupBy(u => u.Line, u => u.Units).Select(g => (g.Key, g.Sum()))];
    }
}
