using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Stock;

/// <summary>What is known of the things that a group of commands names, read and locked in its transaction.</summary>
internal sealed record LoadedStock
{
    public Dictionary<Guid, Reservation> Claims { get; init; } = [];

    /// <summary>The catalogue's rules, by SKU.</summary>
    public Dictionary<string, ItemTerms> Items { get; init; } = [];

    public Dictionary<(string Owner, string Key), RecordedResponse> Answers { get; init; } = [];

    public Dictionary<Guid, Hold> Holds { get; init; } = [];

    public Dictionary<string, InboundDocument> Documents { get; init; } = [];

    /// <summary>Open claims of the orders that are to be released or shipped, and of those that a count may leave short.</summary>
    public List<Allocation> Open { get; init; } = [];

    /// <summary>Units already shipped, of the orders that are to be shipped.</summary>
    public Dictionary<(Guid OrderId, string Sku, string Location), long> Shipped { get; init; } = [];

    /// <summary>Open backorders of the locked SKUs.</summary>
    public List<Backorder> Backorders { get; init; } = [];

    /// <summary>Who waits for the locked SKUs, and who has an offer.</summary>
    public List<WaitlistEntry> Waitlist { get; init; } = [];

    /// <summary>Units that customers have bought of SKUs with a limit.</summary>
    public Dictionary<(string Customer, string Sku), long> Bought { get; init; } = [];

    /// <summary>Units that active holds claim for customers who ask for another.</summary>
    public Dictionary<(string Customer, string Sku), long> HeldBy { get; init; } = [];

    /// <summary>Read only where something is to be repaired.</summary>
    public StockDamage Damage { get; init; } = StockDamage.None;

    /// <summary>Units still to come, by SKU, the earliest first.</summary>
    public List<ExpectedReceipt> Due { get; init; } = [];
}

/// <summary>The answer that a key got.</summary>
internal sealed record RecordedResponse(byte[] Fingerprint, string Body);
