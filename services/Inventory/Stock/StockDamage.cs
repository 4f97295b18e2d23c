using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Stock;

/// <summary>
/// Differences between the levels, claims and ledger of some SKUs. The ledger is taken as correct: it is the only one
/// whose rows cannot be changed unnoticed.
/// </summary>
/// <param name="Ledgers">Each level as its last movement left it.</param>
/// <param name="LostAllocations">Allocations of known orders that only the ledger records.</param>
/// <param name="OrphanedBackorders">Open backorders of orders that are not backordered.</param>
/// <param name="EntriesWithoutOffer">Waitlist entries in the state offered that have no offer.</param>
internal sealed record StockDamage(
    IReadOnlyList<Level> Ledgers,
    IReadOnlyList<Allocation> LostAllocations,
    IReadOnlyList<Drift> Drifts,
    IReadOnlyList<OrphanedBackorder> OrphanedBackorders,
    IReadOnlyList<Guid> EntriesWithoutOffer
)
{
    public static StockDamage None { get; } = new([], [], [], [], []);
}

/// <summary>Units claimed at a level, according to the ledger and according to the claims themselves.</summary>
/// <param name="Cause">
/// An order or a hold; empty for the level's total, where the ledger does not say whose it is.
/// </param>
internal sealed record Drift(
    string Sku,
    string Location,
    ClaimedQuantity Quantity,
    string Cause,
    long Ledger,
    long Claims
);

/// <summary>An open backorder of an order that is not backordered.</summary>
internal sealed record OrphanedBackorder(Guid OrderId, string Sku);

/// <summary>The quantities of a level that claims account for.</summary>
internal enum ClaimedQuantity
{
    /// <summary>Claimed by orders.</summary>
    Allocated,

    /// <summary>Claimed by holds.</summary>
    Held,

    /// <summary>Announced by inbound documents.</summary>
    Incoming,
}
