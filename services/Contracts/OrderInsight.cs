namespace DaprShop.Contracts;

/// <summary>What Orders knows of an order's saga.</summary>
/// <param name="BatchSince">When the batch that works on it was started; null while none does.</param>
/// <param name="StaleAt">When that batch counts as stalled, unless it progresses before.</param>
/// <param name="DueAt">Not worked on before; null while a batch works on it.</param>
/// <param name="Attempts">Times that a batch took it.</param>
/// <param name="DecideBy">Until when its customer may decide; null where nothing is asked.</param>
/// <param name="Payment">What the provider said where the status does not tell: <c>declined</c>.</param>
/// <param name="Undo">Its steps are still to be compensated.</param>
/// <param name="Slots">Batches that this replica runs at a time; 0 while the saga is paused.</param>
/// <param name="PayBy">Until when it must be paid; null where it need not.</param>
/// <param name="Parcels">Shipments and returns that are not carried out, or not decided.</param>
public sealed record OrderState(
    string Customer,
    string Status,
    int Version,
    string? Reason,
    Guid? BatchId,
    DateTimeOffset? BatchSince,
    DateTimeOffset? ProgressedAt,
    DateTimeOffset? StaleAt,
    DateTimeOffset? DueAt,
    int Attempts,
    DateTimeOffset? DecideBy,
    string? Payment,
    bool Undo,
    DateTimeOffset UpdatedAt,
    int Slots,
    DateTimeOffset? PayBy,
    IReadOnlyList<OpenFulfilment> Parcels,
    OutboxState Outbox
);

/// <summary>A shipment that is being prepared, or a return that is not settled. <paramref name="Kind"/>: shipment or return.</summary>
/// <param name="Attempts">Times that it was tried to carry it out.</param>
/// <param name="DueAt">When that is tried next.</param>
public sealed record OpenFulfilment(string Kind, int Number, string State, int Attempts, DateTimeOffset DueAt);

/// <summary>What Inventory knows of an order. <paramref name="State"/> is null where it was never asked.</summary>
public sealed record OrderClaims(
    string? State,
    IReadOnlyList<AllocatedUnits> Allocations,
    IReadOnlyList<BackorderPosition> Backorders,
    OutboxState Outbox
);

/// <summary>Units allocated to an order at a location.</summary>
public sealed record AllocatedUnits(string Sku, string Location, long Units);

/// <summary>Units that an order waits for.</summary>
/// <param name="Place">Place in the SKU's line: 1 is the next to be served.</param>
/// <param name="PromisedAt">When they are expected; null where nothing is announced.</param>
public sealed record BackorderPosition(string Sku, int Missing, int Place, DateTimeOffset? PromisedAt);

/// <summary>What Payments knows of an order's money. <paramref name="State"/> is null where it was never asked.</summary>
/// <param name="Asks">How often the provider was asked without an answer.</param>
public sealed record OrderPayment(string? State, int Asks, string? Reason, OutboxState Outbox);

/// <summary>How far a service's facts are told.</summary>
/// <param name="Head">The log's last position.</param>
/// <param name="Relayed">The last position that the broker has.</param>
/// <param name="Unpublished">Facts of the order that the broker does not have yet.</param>
public sealed record OutboxState(long Head, long Relayed, int Unpublished);
