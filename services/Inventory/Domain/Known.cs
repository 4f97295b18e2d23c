using DaprShop.Contracts;

namespace DaprShop.Inventory.Domain;

/// <summary>What is known of the things that a group of commands names, read and locked in its transaction.</summary>
internal sealed record Known
{
    public Dictionary<Guid, Claim> Claims { get; init; } = [];

    /// <summary>The catalogue's rules, by SKU.</summary>
    public Dictionary<string, ItemTerms> Items { get; init; } = [];

    public Dictionary<(string Owner, string Key), RecordedAnswer> Answers { get; init; } = [];

    public Dictionary<Guid, Hold> Holds { get; init; } = [];

    public Dictionary<string, Inbound> Documents { get; init; } = [];

    /// <summary>Open claims of the orders that are to be released or shipped, and of those that a count may leave short.</summary>
    public List<Allocation> Open { get; init; } = [];

    /// <summary>Units already shipped, of the orders that are to be shipped.</summary>
    public Dictionary<(Guid OrderId, string Sku, string Location), long> Shipped { get; init; } = [];

    /// <summary>Open backorders of the locked SKUs.</summary>
    public List<Backorder> Backorders { get; init; } = [];

    /// <summary>Who waits for the locked SKUs, and who has an offer.</summary>
    public List<Waiting> Waitlist { get; init; } = [];

    /// <summary>Units that customers have bought of SKUs with a limit.</summary>
    public Dictionary<(string Customer, string Sku), long> Bought { get; init; } = [];

    /// <summary>Units that active holds claim for customers who ask for another.</summary>
    public Dictionary<(string Customer, string Sku), long> HeldBy { get; init; } = [];

    /// <summary>Read only where something is to be repaired.</summary>
    public Damage Damage { get; init; } = Damage.None;

    /// <summary>Units still to come, by SKU, the earliest first.</summary>
    public List<Due> Due { get; init; } = [];
}

/// <summary>The catalogue's rules for a SKU.</summary>
/// <param name="Stocked">False for a service.</param>
/// <param name="BackorderLimit">Units that may be on backorder at once.</param>
/// <param name="MaxPerCustomer">Units that one customer may have, over all orders; null: any number.</param>
/// <param name="LowStockAt">Tell when so few are available; null: never.</param>
internal sealed record ItemTerms(
    bool Stocked,
    int BackorderLimit = 0,
    int? MaxPerCustomer = null,
    int? LowStockAt = null
);

/// <summary>An order's claim as it was decided.</summary>
internal sealed record Claim(ReservationState State, IReadOnlyList<ShortLevel> Shortages, string? Customer);

/// <summary>An order's claim at one level, in units.</summary>
/// <param name="Step">0: with the order; else when a backorder was filled.</param>
internal sealed record Allocation(Guid OrderId, string Sku, string Location, int Quantity, long Step = 0);

/// <summary>The answer that a key got.</summary>
internal sealed record RecordedAnswer(byte[] Fingerprint, string Body);

/// <summary>Units announced for a day.</summary>
internal sealed record Due(string Sku, DateTimeOffset At, long Quantity);

/// <summary>Units of an order that wait for stock.</summary>
/// <param name="Place">The order's number: who came first is served first.</param>
/// <param name="PromisedAt">When announced stock should cover it; null where none does.</param>
internal sealed record Backorder(
    Guid OrderId,
    string Sku,
    long Place,
    int Quantity,
    int Filled,
    DateTimeOffset? PromisedAt,
    BackorderState State
)
{
    public int Left => State == BackorderState.Open ? Quantity - Filled : 0;
}

internal enum BackorderState
{
    Open,
    Filled,
    Cancelled,
}

/// <summary>A time-limited claim of a customer.</summary>
/// <param name="EntryId">The place in a waitlist that this is the offer for; null for a hold that the customer asked for.</param>
internal sealed record Hold(
    Guid Id,
    string Customer,
    HoldState State,
    DateTimeOffset ExpiresAt,
    IReadOnlyList<Part> Lines,
    Guid? EntryId = null
)
{
    /// <summary>The clock decides; that a sweeper has not come by yet changes nothing.</summary>
    public bool IsUsable(DateTimeOffset now) => State == HoldState.Active && ExpiresAt > now;

    /// <summary>The hold as it stands at a time.</summary>
    public Hold At(DateTimeOffset now) =>
        State == HoldState.Active && !IsUsable(now) ? this with { State = HoldState.Expired } : this;
}

internal enum HoldState
{
    Active,
    Committed,
    Released,
    Expired,
}

/// <summary>A customer's place in the line for a SKU.</summary>
/// <param name="Place">Number in the line; the lowest is next.</param>
internal sealed record Waiting(Guid Id, string Sku, string Customer, int Quantity, long Place, WaitingState State);

internal enum WaitingState
{
    Waiting,

    /// <summary>Has an offer, for a time.</summary>
    Offered,

    /// <summary>Took it.</summary>
    Purchased,

    /// <summary>Gave it back.</summary>
    Declined,

    /// <summary>Let its time pass.</summary>
    Lapsed,

    /// <summary>Left the line.</summary>
    Left,
}

/// <summary>Units announced to a location: by a supplier, or in transit from another location.</summary>
/// <param name="Source">The location they come from; null for a supplier.</param>
internal sealed record Inbound(
    string Reference,
    string Location,
    string? Source,
    DateTimeOffset? ExpectedAt,
    InboundState State,
    string? Reason,
    IReadOnlyList<InboundLine> Lines
);

/// <param name="Closed">Units that never arrived: given up, or gone back.</param>
internal sealed record InboundLine(string Sku, int Expected, int Received, int Closed)
{
    /// <summary>Still to come; never negative, even where more arrived than was announced.</summary>
    public int Left => Math.Max(Expected - Received - Closed, 0);
}

internal enum InboundState
{
    Expected,
    InTransit,
    PartiallyReceived,
    Received,
    Cancelled,
}
