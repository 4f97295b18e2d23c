using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Stock;

/// <summary>The locked levels of one transaction, and the movements of them, in the order in which they were decided.</summary>
internal sealed class StockChanges(IEnumerable<Level> levels, DateTimeOffset now)
{
    private readonly Dictionary<string, List<Level>> _bySku = levels
        .GroupBy(l => l.Sku, StringComparer.Ordinal)
        .ToDictionary(
            g => g.Key,
            g => g.OrderBy(l => l.Location, StringComparer.Ordinal).ToList(),
            StringComparer.Ordinal
        );

    private readonly HashSet<(string Sku, string Location)> _touched = [];

    /// <summary>The ledger rows of all operations so far, with the hash of each.</summary>
    public List<(Movement Row, byte[] Hash)> Ledger { get; } = [];

    /// <summary>The levels that have changed.</summary>
    public IEnumerable<Level> Changed => _touched.Select(key => Find(key.Sku, key.Location));

    /// <summary>True where a level of the SKU has changed in this transaction.</summary>
    public bool IsTouched(string sku) => _touched.Any(t => t.Sku == sku);

    /// <summary>Makes a level what its ledger says: nothing has moved.</summary>
    public void Restore(Level level)
    {
        _touched.Add((level.Sku, level.Location));
        Put(level);
    }

    /// <summary>What may be promised of a SKU, over all locations: one that owes units takes none from another.</summary>
    public long Available(string sku) => At(sku).Sum(l => Math.Max(l.Available, 0));

    /// <summary>The SKU's levels, by location.</summary>
    public IReadOnlyList<Level> At(string sku) => _bySku.TryGetValue(sku, out var found) ? found : [];

    /// <summary>The level now; an empty one where there is none yet.</summary>
    public Level Find(string sku, string location) =>
        At(sku).FirstOrDefault(l => l.Location == location) ?? Level.Empty(sku, location);

    /// <summary>What is missing of a wish, with its proof.</summary>
    public ShortLevel Describe(string sku, long requested) =>
        new(
            sku,
            requested,
            Available(sku),
            At(sku).ToDictionary(l => l.Location, l => l.Sequence, StringComparer.Ordinal)
        );

    /// <summary>Adds a row to the ledger and applies it to its level.</summary>
    /// <param name="quantity">Units, signed, of the quantity that <paramref name="kind"/> is about.</param>
    /// <param name="change">What it adds to the level's quantities.</param>
    /// <param name="mayFallShort">True for a correction that tells what is there, whatever was promised.</param>
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
        var row = new Movement(
            sku,
            location,
            before.Sequence + 1,
            kind,
            checked((int)quantity),
            after,
            cause,
            step,
            now
        );
        var hash = row.HashAfter(before.Hash);
        Ledger.Add((row, hash));
        _touched.Add((sku, location));

        var deficit = Math.Max(-after.Available, 0);
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

/// <summary>Who moves stock where no person does.</summary>
internal static class StockActors
{
    /// <summary>The order saga.</summary>
    public const string Saga = "saga";

    /// <summary>The shop's clock.</summary>
    public const string Clock = "clock";

    /// <summary>The line in front of the stock: backorders and the waitlist.</summary>
    public const string Queue = "queue";

    /// <summary>Whoever puts right what should never have been.</summary>
    public const string Auditor = "auditor";

    /// <summary>Before the claim that a movement puts right: the movement's cause.</summary>
    public const string RepairOf = "repair-";
}
