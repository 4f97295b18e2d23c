using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Stock;

/// <summary>The levels of the SKUs that one transaction has locked, and the movements decided so far, in order.</summary>
internal sealed class StockChanges(
    IEnumerable<Level> levels,
    DateTimeOffset now,
    IReadOnlyDictionary<string, LocationTerms>? locations = null
)
{
    private readonly Dictionary<string, List<Level>> _bySku = levels
        .GroupBy(l => l.Sku, StringComparer.Ordinal)
        .ToDictionary(
            g => g.Key,
            g => g.OrderBy(l => l.Location, StringComparer.Ordinal).ToList(),
            StringComparer.Ordinal
        );

    private readonly HashSet<(string Sku, string Location)> _changed = [];

    /// <summary>The ledger rows of all operations so far, each with its hash.</summary>
    public List<(Movement Row, byte[] Hash)> Ledger { get; } = [];

    /// <summary>The levels that have changed.</summary>
    public IEnumerable<Level> Changed => _changed.Select(key => Find(key.Sku, key.Location));

    /// <summary>True where a level of the SKU has changed in this transaction.</summary>
    public bool HasChanged(string sku) => _changed.Any(c => c.Sku == sku);

    /// <summary>Replaces a level by its state according to the ledger, without a movement.</summary>
    public void Restore(Level level)
    {
        _changed.Add((level.Sku, level.Location));
        Put(level);
    }

    /// <summary>
    /// Units of a SKU that an order can get now, over all locations. A location that is short does not reduce the sum.
    /// </summary>
    public long Available(string sku) => At(sku).Sum(l => l.Available);

    /// <summary>The SKU's levels, by location.</summary>
    public IReadOnlyList<Level> At(string sku) => _bySku.TryGetValue(sku, out var found) ? found : [];

    /// <summary>The current level; an empty one where there is none yet.</summary>
    public Level Find(string sku, string location) =>
        At(sku).FirstOrDefault(l => l.Location == location)
        ?? (
            locations?.GetValueOrDefault(location) is { } terms
                ? Level.Empty(sku, location) with
                {
                    Priority = terms.Priority,
                    Sold = terms.Sold,
                }
                : Level.Empty(sku, location)
        );

    /// <summary>
    /// Describes a shortage of a SKU, with its proof: the levels that an order could have got units from.
    /// </summary>
    public ShortLevel Describe(string sku, long requested) =>
        new(
            sku,
            requested,
            Available(sku),
            At(sku).Where(l => l.Sold).ToDictionary(l => l.Location, l => l.Sequence, StringComparer.Ordinal)
        );

    /// <summary>Adds a row to the ledger and applies it to its level.</summary>
    /// <param name="quantity">Units, signed, of the quantity that <paramref name="kind"/> is about.</param>
    /// <param name="change">Added to the level's quantities.</param>
    /// <param name="mayFallShort">True for a correction that records what is on hand, whatever was promised.</param>
    public void Move(
        string sku,
        string location,
        MovementKind kind,
        long quantity,
        Quantities change,
        Cause cause,
        long step = 0,
        bool mayFallShort = false
    )
    {
        var before = Find(sku, location);
        var after = before.Quantities + change;
        var row = new Movement(sku, location, before.Sequence + 1, kind, quantity, after, cause, step, now);
        var hash = row.HashAfter(before.Hash);
        Ledger.Add((row, hash));
        _changed.Add((sku, location));

        var deficit = Math.Max(-after.Balance, 0);
        Put(
            before with
            {
                Quantities = after,
                Short = mayFallShort ? deficit : Math.Min(deficit, before.Short),
                Sequence = row.Sequence,
                Hash = hash,
            }
        );
    }

    private void Put(Level level)
    {
        if (!_bySku.TryGetValue(level.Sku, out var found))
            _bySku[level.Sku] = found = [];
        var index = found.FindIndex(l => l.Location == level.Location);
        if (index >= 0)
            found[index] = level;
        else
            found.Insert(found.Count(l => string.CompareOrdinal(l.Location, level.Location) < 0), level);
    }
}

/// <summary>Actors of movements that no person requested. Their type tells them from persons of the same name.</summary>
internal static class StockActors
{
    /// <summary>
    /// Condition on a movement: it is a repair's. Of rows from before actors had types only the name is known.
    /// </summary>
    public static readonly string IsRepair =
        $"actor = '{Auditor}' and coalesce(actor_type, '{EnumNames.Of(ActorType.System)}') = "
        + $"'{EnumNames.Of(ActorType.System)}'";

    /// <summary>The order saga.</summary>
    public const string Saga = "saga";

    /// <summary>Expiry of a hold.</summary>
    public const string Clock = "clock";

    /// <summary>Backorders and the waitlist, when units become available.</summary>
    public const string Queue = "queue";

    /// <summary>A repair.</summary>
    public const string Auditor = "auditor";

    /// <summary>Prefix of a repair's cause; the cause of the repaired claim follows.</summary>
    public const string RepairOf = "repair-";
}
