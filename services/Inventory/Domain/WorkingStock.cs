using DaprShop.Contracts;

namespace DaprShop.Inventory.Domain;

/// <summary>
/// The locked levels of one transaction, and the decisions on them, in arrival order. Whoever comes first is served first;
/// each operation applies wholly or not at all.
/// </summary>
internal sealed class WorkingStock(IEnumerable<Level> levels, DateTimeOffset now)
{
    private readonly Dictionary<string, List<Level>> _bySku = levels
        .GroupBy(l => l.Sku, StringComparer.Ordinal)
        .ToDictionary(g => g.Key, g => g.OrderBy(l => l.Location, StringComparer.Ordinal).ToList(), StringComparer.Ordinal);

    private readonly HashSet<(string Sku, string Location)> _touched = [];

    /// <summary>The ledger rows of all operations so far, with the hash of each.</summary>
    public List<(Movement Row, byte[] Hash)> Ledger { get; } = [];

    /// <summary>The levels that have changed.</summary>
    public IEnumerable<Level> Changed => _touched.Select(key => Find(key.Sku, key.Location));

    /// <summary>
    /// Allocates all of <paramref name="lines"/> to the order, or nothing. Lines of one SKU are summed; a sum may be split over locations.
    /// </summary>
    /// <returns>What was short; empty when everything is allocated.</returns>
    public IReadOnlyList<ShortLevel> Reserve(Guid orderId, IEnumerable<OrderedUnits> lines)
    {
        var wanted = lines.GroupBy(l => l.Sku, StringComparer.Ordinal)
            .Select(g => (Sku: g.Key, Quantity: g.Sum(l => (long)l.Quantity)))
            .OrderBy(w => w.Sku, StringComparer.Ordinal).ToList();
        var shortages = wanted.Where(w => w.Quantity > Available(w.Sku)).Select(w => Describe(w.Sku, w.Quantity)).ToList();
        if (shortages.Count > 0) return shortages;

        foreach (var (sku, quantity) in wanted)
        {
            var left = quantity;
            foreach (var level in At(sku).ToList())
            {
                var part = Math.Min(left, Math.Max(level.Available, 0));
                if (part > 0) Move(sku, level.Location, MovementKind.Allocated, (int)part, orderId.ToString(), Actors.Saga, null);
                left -= part;
            }
        }

        return [];
    }

    /// <summary>Gives an order's allocation back.</summary>
    public void Release(Guid orderId, IEnumerable<Allocation> allocations)
    {
        foreach (var a in allocations) Move(a.Sku, a.Location, MovementKind.Released, -a.Quantity, orderId.ToString(), Actors.Saga, null);
    }

    /// <summary>Books a physical movement, unless it would take away units that are claimed.</summary>
    /// <returns>What is available if that is too little for a negative <paramref name="quantity"/>; null when it was booked.</returns>
    public ShortLevel? Book(MovementKind kind, string sku, string location, int quantity, string cause, string actor, string? reason)
    {
        if (quantity < 0 && Find(sku, location).Available < -(long)quantity) return Describe(sku, -(long)quantity);
        Move(sku, location, kind, quantity, cause, actor, reason);
        return null;
    }

    /// <summary>The level now; an empty one where there is none yet.</summary>
    public Level Find(string sku, string location) => At(sku).FirstOrDefault(l => l.Location == location) ?? Level.Empty(sku, location);

    private void Move(string sku, string location, MovementKind kind, int quantity, string cause, string actor, string? reason)
    {
        var before = Find(sku, location);
        var claim = kind.IsClaim();
        var row = new Movement(sku, location, before.Sequence + 1, kind, quantity,
            before.OnHand + (claim ? 0 : quantity), before.Allocated + (claim ? quantity : 0), cause, actor, reason, now);
        var hash = row.HashAfter(before.Hash);
        Ledger.Add((row, hash));
        _touched.Add((sku, location));

        var after = before with { OnHand = row.OnHand, Allocated = row.Allocated, Sequence = row.Sequence, Hash = hash };
        if (!_bySku.TryGetValue(sku, out var levels)) _bySku[sku] = levels = [];
        var index = levels.FindIndex(l => l.Location == location);
        if (index >= 0) levels[index] = after;
        else levels.Insert(levels.Count(l => string.CompareOrdinal(l.Location, location) < 0), after);
    }

    private long Available(string sku) => At(sku).Sum(l => Math.Max(l.Available, 0));

    private ShortLevel Describe(string sku, long requested) =>
        new(sku, requested, Available(sku), At(sku).ToDictionary(l => l.Location, l => l.Sequence, StringComparer.Ordinal));

    private IReadOnlyList<Level> At(string sku) => _bySku.TryGetValue(sku, out var levels) ? levels : [];
}

/// <summary>An order's claim at one level, in units.</summary>
internal sealed record Allocation(Guid OrderId, string Sku, string Location, int Quantity);

/// <summary>A shortage with its proof: the sequence that each location of the SKU had reached when it was found.</summary>
internal sealed record ShortLevel(string Sku, long Requested, long Available, IReadOnlyDictionary<string, long> AsOf);

internal static class Actors
{
    /// <summary>The order saga.</summary>
    public const string Saga = "saga";
}
