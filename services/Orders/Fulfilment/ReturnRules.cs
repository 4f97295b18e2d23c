using DaprShop.Contracts;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Fulfilment;

/// <summary>Units of a return, and the decision about them, as an operator names them.</summary>
/// <param name="Line">The number of the order's line; null: the return's lines of <paramref name="Sku"/>.</param>
internal sealed record NamedDecision(int Quantity, Disposition Disposition, int? Line = null, string? Sku = null);

/// <summary>Units of a return, and the decision about them.</summary>
/// <param name="Line">The number of the line; null only in what was written before lines were named.</param>
internal sealed record DecidedUnits(string Sku, int Quantity, Disposition Disposition, int? Line = null);

/// <summary>Decides about returned units.</summary>
internal static class ReturnRules
{
    /// <summary>
    /// The decision by line, and its errors: it must name exactly the requested units, and their line where lines of one
    /// SKU differ in price and in the decision.
    /// </summary>
    /// <param name="lines">The lines of the order.</param>
    public static (List<DecidedUnits> Units, List<ValidationError> Errors) Match(
        IReadOnlyList<LineQuantity> requested,
        IReadOnlyList<NamedDecision> decided,
        IReadOnlyList<LineUnits> lines
    )
    {
        if (decided.Contains(null!) || decided.Any(d => d.Quantity < 1 || d.Line is null && d.Sku is null))
            return (
                [],
                [new("/lines", "Each line must be an object with line or sku, quantity (1 or more) and disposition.")]
            );
        List<ValidationError> errors = [];
        var units = new List<DecidedUnits>();
        var left = requested
            .GroupBy(r => (r.Sku, r.Line))
            .OrderBy(g => g.Key.Line)
            .ToDictionary(g => g.Key, g => g.Sum(r => (long)r.Quantity));
        foreach (var named in decided.Where(d => d.Line is not null))
        {
            if (left.Keys.FirstOrDefault(k => k.Line == named.Line) is not { Sku: { } sku } key)
                errors.Add(new("/lines", $"The return has no units of line {named.Line}."));
            else if (named.Sku is not null && named.Sku != sku)
                errors.Add(new("/lines", $"Line {named.Line} is of '{sku}', not of '{named.Sku}'."));
            else
                Take(key, named, named.Quantity);
        }

        var prices = lines.ToDictionary(l => l.Line, l => l.UnitPrice);
        foreach (var wanted in decided.Where(d => d.Line is null).GroupBy(d => d.Sku!, StringComparer.Ordinal))
        {
            var candidates = left.Where(l => l.Key.Sku == wanted.Key && l.Value > 0).Select(l => l.Key).ToList();
            if (
                wanted.DistinctBy(w => w.Disposition).Skip(1).Any()
                && candidates.DistinctBy(c => c.Line is { } line ? prices.GetValueOrDefault(line) : 0).Skip(1).Any()
            )
            {
                errors.Add(
                    new(
                        "/lines",
                        $"The return has units of '{wanted.Key}' at different prices. Name the line of each (line): "
                            + $"{string.Join(", ", candidates.Select(c => c.Line))}."
                    )
                );
                continue;
            }

            foreach (var named in wanted)
            {
                long still = named.Quantity;
                foreach (var key in candidates.Where(c => left[c] > 0))
                    still -= Take(key, named, Math.Min(still, left[key]));
                if (still > 0)
                    Take((wanted.Key, candidates.LastOrDefault().Line), named, still);
            }
        }

        if (errors.Count == 0)
            foreach (var (key, rest) in left.Where(l => l.Value != 0))
            {
                var had = requested.Where(r => (r.Sku, r.Line) == key).Sum(r => (long)r.Quantity);
                var of = requested.Count(r => r.Sku == key.Sku) > 1 && key.Line is { } line ? $"line {line}, " : "";
                errors.Add(
                    new("/lines", $"The return has {had} units of {of}'{key.Sku}'; the decision names {had - rest}.")
                );
            }

        return (units, errors);

        long Take((string Sku, int? Line) key, NamedDecision named, long quantity)
        {
            if (quantity > 0)
                units.Add(new DecidedUnits(key.Sku, (int)quantity, named.Disposition, key.Line));
            left[key] = left.GetValueOrDefault(key) - quantity;
            return quantity;
        }
    }

    /// <summary>True when both decide the same for as many units of each line, on however many rows.</summary>
    public static bool AreSame(IEnumerable<DecidedUnits> one, IEnumerable<DecidedUnits> other)
    {
        return Sums(one).SetEquals(Sums(other));

        static HashSet<(string, int?, Disposition, int)> Sums(IEnumerable<DecidedUnits> units) =>
            [
                .. units
                    .GroupBy(u => (u.Sku, u.Line, u.Disposition))
                    .Select(g => (g.Key.Sku, g.Key.Line, g.Key.Disposition, g.Sum(u => u.Quantity))),
            ];
    }

    /// <summary>The units that are accepted and refunded.</summary>
    public static List<LineQuantity> Accepted(IEnumerable<DecidedUnits> decided) =>
        [
            .. decided
                .Where(d => d.Disposition != Disposition.Refuse)
                .Select(d => new LineQuantity(d.Sku, d.Quantity, d.Line)),
        ];
}
