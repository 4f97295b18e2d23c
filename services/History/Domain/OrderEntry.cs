using DaprShop.Contracts;

namespace DaprShop.History.Domain;

/// <summary>What kind of step an entry tells of, in the order in which one step causes the next: it decides where clocks tie.</summary>
internal enum Step : short
{
    Accepted = 0,
    Claimed = 1,
    Charged = 2,
    Moved = 3,
    Released = 4,
    Refunded = 5,

    /// <summary>A shipment or a return.</summary>
    Parcel = 6,
}

/// <summary>One line of an order's timeline.</summary>
/// <param name="Position">Place in the log of the producer that <paramref name="Step"/> implies.</param>
/// <param name="Version">The order's after it, where it moved the order.</param>
/// <param name="Actor">Who did it; null where the shop did by itself.</param>
/// <param name="Trace">W3C trace id of the request that caused it.</param>
internal sealed record OrderEntry(
    Guid OrderId,
    DateTimeOffset At,
    Step Step,
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

/// <summary>What an entry has to say beside its type; only what applies is set. Money in GBP.</summary>
/// <param name="Left">Units that still wait for stock.</param>
/// <param name="Until">When an offer ends.</param>
/// <param name="State">Of a shipment or a return.</param>
internal sealed record EntryDetails(
    long? Number = null,
    decimal? Amount = null,
    long? Units = null,
    int? Skus = null,
    IReadOnlyList<Shortage>? Shortages = null,
    string? Sku = null,
    long? Left = null,
    DateTimeOffset? Until = null,
    string? State = null
);

/// <summary>Whose order it is.</summary>
internal sealed record OrderOwner(Guid OrderId, string Customer);

/// <summary>All movements of one operation on stock.</summary>
/// <param name="Position">Place in Inventory's log.</param>
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
