using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Stock;

/// <summary>How the locations that serve an order are chosen.</summary>
internal enum SourcingStrategy
{
    /// <summary>By the priority of the locations.</summary>
    Priority,

    /// <summary>As few locations as can cover the order; among those, by priority.</summary>
    FewestShipments,
}

/// <summary>Splits quantities over locations, never more than wanted nor more than a location has available.</summary>
internal static class SourcingRules
{
    // 12 locations have 4,096 subsets, and each further location doubles them, while the levels are locked.
    private const int MaxTriedLocations = 12;

    /// <param name="wanted">One quantity per SKU, each covered by all levels of the SKU together.</param>
    /// <param name="at">The levels of a SKU.</param>
    public static List<AllocationPart> Plan(
        IReadOnlyList<SkuQuantity> wanted,
        Func<string, IReadOnlyList<Level>> at,
        SourcingStrategy strategy
    )
    {
        var chosen = strategy == SourcingStrategy.FewestShipments ? FewestLocations(wanted, at) : null;
        var parts = new List<AllocationPart>();
        foreach (var (sku, quantity) in wanted)
        {
            var left = quantity;
            foreach (var level in InOrder(at(sku)))
            {
                if (chosen?.Contains(level.Location) == false)
                    continue;
                var part = Math.Min(left, Math.Max(level.Available, 0));
                if (part > 0)
                    parts.Add(new AllocationPart(sku, level.Location, part));
                left -= part;
            }
        }

        return parts;
    }

    private static IEnumerable<Level> InOrder(IEnumerable<Level> levels) =>
        levels.OrderBy(l => l.Priority).ThenBy(l => l.Location, StringComparer.Ordinal);

    /// <summary>
    /// The smallest set of locations that covers all quantities: tries sets of one, of two, … by priority. Null where
    /// all locations are needed. Where there are too many locations to try, <see cref="Largest"/> chooses.
    /// </summary>
    private static HashSet<string>? FewestLocations(
        IReadOnlyList<SkuQuantity> wanted,
        Func<string, IReadOnlyList<Level>> at
    )
    {
        var candidates = InOrder(wanted.SelectMany(w => at(w.Sku)).Where(l => l.Available > 0))
            .Select(l => l.Location)
            .Distinct(StringComparer.Ordinal)
            .ToList();
        if (candidates.Count > MaxTriedLocations)
            return Largest(wanted, at, candidates);
        for (var size = 1; size < candidates.Count; size++)
            if (Find([], 0, size) is { } found)
                return found;
        return null;

        HashSet<string>? Find(HashSet<string> chosen, int from, int more)
        {
            if (more == 0)
                return wanted.All(w =>
                    at(w.Sku).Where(l => chosen.Contains(l.Location)).Sum(l => Math.Max(l.Available, 0)) >= w.Quantity
                )
                    ? chosen
                    : null;
            for (var i = from; i <= candidates.Count - more; i++)
                if (Find([.. chosen, candidates[i]], i + 1, more - 1) is { } found)
                    return found;
            return null;
        }
    }

    /// <summary>
    /// Adds the location that has most of the missing units, until none is missing. For one SKU the result is minimal;
    /// for several it is an approximation.
    /// </summary>
    private static HashSet<string> Largest(
        IReadOnlyList<SkuQuantity> wanted,
        Func<string, IReadOnlyList<Level>> at,
        List<string> candidates
    )
    {
        var levels = wanted
            .SelectMany(w => at(w.Sku))
            .Where(l => l.Available > 0)
            .ToLookup(l => l.Location, StringComparer.Ordinal);
        var missing = wanted.ToDictionary(w => w.Sku, w => w.Quantity, StringComparer.Ordinal);
        var chosen = new HashSet<string>(StringComparer.Ordinal);
        while (chosen.Count < candidates.Count && missing.Values.Any(m => m > 0))
        {
            var next = candidates
                .Where(c => !chosen.Contains(c))
                .MaxBy(c => levels[c].Sum(l => Math.Min(l.Available, missing[l.Sku])))!;
            chosen.Add(next);
            foreach (var level in levels[next])
                missing[level.Sku] -= Math.Min(level.Available, missing[level.Sku]);
        }

        return chosen;
    }
}
