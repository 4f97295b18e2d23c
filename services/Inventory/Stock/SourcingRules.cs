using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Stock;

/// <summary>Which locations an order is served from.</summary>
internal enum SourcingStrategy
{
    /// <summary>By the locations' priority.</summary>
    Priority,

    /// <summary>From as few locations as can cover it; among those, by priority.</summary>
    FewestShipments,
}

/// <summary>Splits what is wanted over locations. Never takes more than is wanted, nor more than a location has available.</summary>
internal static class SourcingRules
{
    // There are 4,096 sets of so many; with each location more, twice as many, and the levels are locked meanwhile.
    private const int MostToTry = 12;

    /// <param name="wanted">One wish per SKU, each coverable by all its levels together.</param>
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

    /// <summary>The smallest set of locations that covers everything: tries sets of one, of two, … in the order of priority. Of too many, the largest are taken.</summary>
    private static HashSet<string>? FewestLocations(
        IReadOnlyList<SkuQuantity> wanted,
        Func<string, IReadOnlyList<Level>> at
    )
    {
        var candidates = InOrder(wanted.SelectMany(w => at(w.Sku)).Where(l => l.Available > 0))
            .Select(l => l.Location)
            .Distinct(StringComparer.Ordinal)
            .ToList();
        if (candidates.Count > MostToTry)
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

    /// <summary>Always the location with the most of what is still missing: of one SKU, nothing covers it with fewer; of several, it comes near.</summary>
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
