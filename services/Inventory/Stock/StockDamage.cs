using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Stock;

/// <summary>Where SKUs' levels, claims and ledger disagree. The ledger is believed: it is the one that nobody can change unnoticed.</summary>
/// <param name="Ledgers">Each level as its last movement left it.</param>
/// <param name="Lost">Allocations of known orders that the ledger has, and nobody else does.</param>
/// <param name="Orphans">Backorders of orders that do not wait any more.</param>
/// <param name="Unoffered">Places in a waitlist whose offer is not there.</param>
internal sealed record StockDamage(
    IReadOnlyList<Level> Ledgers,
    IReadOnlyList<Allocation> Lost,
    IReadOnlyList<Drift> Drifts,
    IReadOnlyList<(Guid OrderId, string Sku)> Orphans,
    IReadOnlyList<Guid> Unoffered
)
{
    public static StockDamage None { get; } = new([], [], [], [], []);
}

/// <summary>What the ledger says that somebody has claimed at a level, and what is claimed, in units.</summary>
/// <param name="Cause">An order or a hold; empty for a level's whole, where it cannot be told whose it is.</param>
internal sealed record Drift(string Sku, string Location, Claimed What, string Cause, long Ledger, long Claims);

/// <summary>The quantities of a level that documents account for.</summary>
internal enum Claimed
{
    Allocated,
    Held,
    Incoming,
}
