using DaprShop.Contracts;

namespace DaprShop.History.Timelines;

/// <summary>
/// The kind of step that an entry records. The values follow cause and effect: they order entries whose times are
/// equal.
/// </summary>
internal enum TimelineStep : short
{
    Accepted = 0,
    StockChanged = 1,
    Charged = 2,
    StatusChanged = 3,
    StockReleased = 4,
    Refunded = 5,

    /// <summary>A shipment or a return changed its status.</summary>
    FulfilmentChanged = 6,
}

/// <summary>One entry of an order's timeline.</summary>
/// <param name="Position">Position in the event log of the producer that <paramref name="Step"/> implies.</param>
/// <param name="Version">The order's version after it; null where the order did not change.</param>
/// <param name="Actor">The customer or operator who caused it; null where the shop did.</param>
/// <param name="Trace">W3C trace id of the request that caused it.</param>
internal sealed record TimelineEntry(
    Guid OrderId,
    DateTimeOffset At,
    TimelineStep Step,
    long Position,
    string Type,
    string? From,
    string? To,
    string? Reason,
    EntryDetails? Details,
    int? Version = null,
    string? Actor = null,
    string? Trace = null
);

/// <summary>Details of an entry; only members that apply to its type are set. Money in GBP.</summary>
/// <param name="Remaining">Units that are still backordered.</param>
/// <param name="Until">When an offer expires, or when backordered units are expected.</param>
/// <param name="State">Status of a shipment or a return.</param>
internal sealed record EntryDetails(
    long? Number = null,
    decimal? Amount = null,
    long? Units = null,
    int? Skus = null,
    IReadOnlyList<Shortage>? Shortages = null,
    string? Sku = null,
    long? Remaining = null,
    DateTimeOffset? Until = null,
    string? State = null
);

/// <summary>All stock movements of one operation.</summary>
/// <param name="Position">Position in Inventory's event log.</param>
internal sealed record StockOperation(
    long Position,
    DateTimeOffset At,
    string Kind,
    string Cause,
    string Actor,
    string? Reason,
    IReadOnlyList<MovementLine> Movements,
    string? Trace = null
);
