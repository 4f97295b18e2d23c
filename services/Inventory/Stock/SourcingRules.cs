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

/// <summary>Units of a SKU that one location gives to an order.</summary>
/// <param name="Held">Those of them that the order's own hold has set aside there.</param>
internal readonly record struct SourcedPart(string Sku, string Location, long Quantity, long Held);

/// <summary>
/// Splits quantities over locations, never more than wanted nor more than a location has available. Units that the
/// order's own hold has at a location are available to the order there, so that the whole order is sourced at once.
/// </summary>
internal static class SourcingRules
{
    // 12 locations have 4,096 subsets, and each further location doubles them, while the SKU is locked.
    private const int MaxTriedLocations = 12;

    /// <summary>What a location has of a SKU for one order.</summary>
    private readonly record struct Source(string Location, int Priority, long Free, long Held);

    /// <inheritdoc cref="Plan(IReadOnlyList{SkuQuantity}, Func{string, IReadOnlyList{Level}}, SourcingStrategy, Hold)"/>
    public static List<AllocationPart> Plan(
        IReadOnlyList<SkuQuantity> wanted,
        Func<string, IReadOnlyList<Level>> at,
        SourcingStrategy strategy
    ) => Plan(wanted, at, strategy, null).ConvertAll(p => new AllocationPart(p.Sku, p.Location, p.Quantity));

    /// <param name="wanted">
    /// One quantity per SKU, each covered by all levels of the SKU and the hold together.
    /// </param>
    /// <param name="at">The levels of a SKU.</param>
    /// <param name="hold">The order's own hold; null where it has none.</param>
    public static List<SourcedPart> Plan(
        IReadOnlyList<SkuQuantity> wanted,
        Func<string, IReadOnlyList<Level>> at,
        SourcingStrategy strategy,
        Hold? hold
    )
    {
        var sources = wanted.ToDictionary(w => w.Sku, w => SourcesOf(at(w.Sku), w.Sku, hold), StringComparer.Ordinal);
        var held = new Dictionary<(string Sku, string Location), long>();
        var open = wanted.Select(w => w with { Quantity = w.Quantity - TakeHeld(w) }).ToList();

        // A parcel leaves these locations anyway.
        var used = held.Keys.Select(k => k.Location).ToHashSet(StringComparer.Ordinal);
        var chosen = strategy == SourcingStrategy.FewestShipments ? FewestLocations(open, sources, used) : null;
        var parts = new List<SourcedPart>();
        foreach (var (sku, quantity) in open)
        {
            var left = quantity;
            var free = new Dictionary<string, long>(StringComparer.Ordinal);
            foreach (var source in sources[sku].OrderBy(s => !used.Contains(s.Location)))
            {
                if (chosen?.Contains(source.Location) == false)
                    continue;
                var part = Math.Min(left, source.Free);
                free[source.Location] = part;
                left -= part;
            }

            parts.AddRange(
                sources[sku]
                    .Select(s => (s.Location, Held: held.GetValueOrDefault((sku, s.Location))))
                    .Select(s => new SourcedPart(sku, s.Location, s.Held + free.GetValueOrDefault(s.Location), s.Held))
                    .Where(p => p.Quantity > 0)
            );
        }

        return parts;

        long TakeHeld(SkuQuantity line)
        {
            var taken = 0L;
            foreach (var source in sources[line.Sku].Where(s => s.Held > 0))
            {
                var part = Math.Min(line.Quantity - taken, source.Held);
                if (part > 0)
                    held[(line.Sku, source.Location)] = part;
                taken += part;
            }

            return taken;
        }
    }

    /// <summary>By priority; only locations that have units for the order.</summary>
    private static List<Source> SourcesOf(IReadOnlyList<Level> levels, string sku, Hold? hold) =>
        [
            .. levels
                .Select(l => new Source(
                    l.Location,
                    l.Priority,
                    l.Available,
                    hold?.Left.Where(h => h.Sku == sku && h.Location == l.Location).Sum(h => h.Quantity) ?? 0
                ))
                .Where(s => s.Free + s.Held > 0)
                .OrderBy(s => s.Priority)
                .ThenBy(s => s.Location, StringComparer.Ordinal),
        ];

    /// <summary>
    /// The smallest set of locations, those already <paramref name="used"/> and as few others as possible, that covers
    /// all quantities: tries none, sets of one, of two, … by priority. Null where all locations are needed. Where there are too many locations to try, <see cref="Largest"/> chooses.
    /// </summary>
    private static HashSet<string>? FewestLocations(
        IReadOnlyList<SkuQuantity> wanted,
        Dictionary<string, List<Source>> sources,
        HashSet<string> used
    )
    {
        var candidates = sources
            .Values.SelectMany(s => s)
            .Where(s => s.Free > 0 && !used.Contains(s.Location))
            .OrderBy(s => s.Priority)
            .ThenBy(s => s.Location, StringComparer.Ordinal)
            .Select(s => s.Location)
            .Distinct(StringComparer.Ordinal)
            .ToList();
        if (candidates.Count > MaxTriedLocations)
            return Largest(wanted, sources, candidates, used);
        for (var size = 0; size < candidates.Count; size++)
            if (Find(used, 0, size) is { } found)
                return found;
        return null;

        HashSet<string>? Find(HashSet<string> chosen, int from, int more)
        {
            if (more == 0)
                return wanted.All(w =>
                    sources[w.Sku].Where(s => chosen.Contains(s.Location)).Sum(s => s.Free) >= w.Quantity
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
        Dictionary<string, List<Source>> sources,
        List<string> candidates,
        HashSet<string> used
    )
    {
        var units = sources
            .SelectMany(s => s.Value, (s, source) => (Sku: s.Key, source.Location, source.Free))
            .ToLookup(s => s.Location, StringComparer.Ordinal);
        var missing = wanted.ToDictionary(w => w.Sku, w => w.Quantity, StringComparer.Ordinal);
        foreach (var source in used.SelectMany(u => units[u]))
            missing[source.Sku] -= Math.Min(source.Free, missing[source.Sku]);
        var chosen = new HashSet<string>(used, StringComparer.Ordinal);
        while (chosen.Count < candidates.Count + used.Count && missing.Values.Any(m => m > 0))
        {
            var next = candidates
                .Where(c => !chosen.Contains(c))
                .MaxBy(c => units[c].Sum(s => Math.Min(s.Free, missing[s.Sku])))!;
            chosen.Add(next);
            foreach (var source in units[next])
                missing[source.Sku] -= Math.Min(source.Free, missing[source.Sku]);
        }

        return chosen;
    }
}
