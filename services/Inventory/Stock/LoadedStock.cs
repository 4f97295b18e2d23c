using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Stock;

/// <summary>The state that a group of commands is decided on, read and locked in the group's transaction.</summary>
internal sealed record LoadedStock
{
    /// <summary>Reservations of the orders that the commands name.</summary>
    public Dictionary<Guid, Reservation> Reservations { get; init; } = [];

    /// <summary>The catalogue's rules, by SKU.</summary>
    public Dictionary<string, ItemTerms> Items { get; init; } = [];

    /// <summary>The locations that the commands name, as far as they are declared, by name.</summary>
    public Dictionary<string, LocationTerms> Locations { get; init; } =
        new(StringComparer.Ordinal) { [StockLimits.DefaultLocation] = new() };

    /// <summary>All names of locations; read only where a command names one that is not declared.</summary>
    public IReadOnlyList<string> LocationNames { get; init; } = [];

    /// <summary>Responses recorded for the commands' keys.</summary>
    public Dictionary<(string Owner, string Key), RecordedResponse> Responses { get; init; } = [];

    /// <summary>Holds that the commands name, and expired ones on SKUs that they change.</summary>
    public Dictionary<Guid, Hold> Holds { get; init; } = [];

    /// <summary>Inbound documents that the commands name, by reference.</summary>
    public Dictionary<string, InboundDocument> Documents { get; init; } = [];

    /// <summary>
    /// Units allocated and not shipped, of the orders to be released or shipped and of counted levels.
    /// </summary>
    public List<Allocation> OpenAllocations { get; init; } = [];

    /// <summary>Units of active holds on counted SKUs.</summary>
    public List<UnitsOnHold> HoldClaims { get; init; } = [];

    /// <summary>How often units of the orders whose allocations are moved were moved before.</summary>
    public Dictionary<Guid, long> Reallocations { get; init; } = [];

    /// <summary>Units already shipped of the orders that are to be shipped, or of which units come back.</summary>
    public Dictionary<(Guid OrderId, string Sku, string Location), long> ShippedUnits { get; init; } = [];

    /// <summary>Open backorders of the locked SKUs.</summary>
    public List<Backorder> Backorders { get; init; } = [];

    /// <summary>Waitlist entries of the locked SKUs that wait or have an offer.</summary>
    public List<WaitlistEntry> Waitlist { get; init; } = [];

    /// <summary>
    /// Units of SKUs with a limit per customer that count towards it: allocated, backordered, and held or offered, less
    /// those that came back. Of the customers who order, hold or join, and of those in the waitlist.
    /// </summary>
    public Dictionary<(string Customer, string Sku), long> CountedUnits { get; init; } = [];

    /// <summary>Read only where the group contains a repair.</summary>
    public StockDamage Damage { get; init; } = StockDamage.None;

    /// <summary>Announced units that have not arrived, the earliest first.</summary>
    public List<ExpectedReceipt> ExpectedReceipts { get; init; } = [];
}

/// <summary>Units that a customer's hold claims at one level.</summary>
internal sealed record UnitsOnHold(Guid HoldId, string Customer, string Sku, string Location, long Quantity);

/// <summary>The response that was recorded for a key, and the fingerprint of its request.</summary>
internal sealed record RecordedResponse(byte[] Fingerprint, string Body);
