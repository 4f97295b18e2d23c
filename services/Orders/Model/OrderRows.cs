namespace DaprShop.Orders.Model;

/// <param name="BatchId">The saga that owns the order now: only its activities may move it.</param>
/// <param name="DecideBy">Until when its customer may decide what becomes of it; null where nothing is asked, or where it is decided.</param>
/// <param name="DecidedBy">Who decided that.</param>
/// <param name="HoldId">A hold on stock that the order uses up.</param>
/// <param name="DueAt">Not to be claimed before; infinity while a batch owns it, so that whoever wants it sooner can say so.</param>
/// <param name="Attempts">Times it was claimed.</param>
/// <param name="Payment">What the provider said, where the status does not tell: <c>declined</c>.</param>
/// <param name="Undo">Its steps are still to be compensated: refunded and released.</param>
internal sealed record OrderRow(
    Guid Id,
    long Number,
    string Customer,
    string Status,
    int Version,
    decimal Total,
    string PaymentToken,
    string OnShortage,
    string? Reason,
    string? Shortages,
    Guid? BatchId,
    DateTimeOffset DueAt,
    int Attempts,
    string? Payment,
    bool Undo,
    DateTimeOffset AcceptedAt,
    DateTimeOffset UpdatedAt,
    Guid? HoldId,
    DateTimeOffset? DecideBy,
    string? DecidedBy
);

/// <param name="Cancelled">Of the quantity: what the order does without.</param>
/// <param name="Shipped">Of the quantity: what has left.</param>
/// <param name="Returned">Of what has left: what came back.</param>
internal sealed record OrderLineRow(
    Guid OrderId,
    int Line,
    string Sku,
    int Quantity,
    decimal UnitPrice,
    int Cancelled,
    int Shipped,
    int Returned
);

/// <param name="Worker">The replica that dispatched it.</param>
internal sealed record BatchRow(
    Guid Id,
    string Worker,
    Guid[] OrderIds,
    DateTimeOffset StartedAt,
    DateTimeOffset ProgressedAt,
    DateTimeOffset? FinishedAt,
    bool Abandoned
);

internal sealed record IdempotencyKeyRow(string Caller, string Key, byte[] Fingerprint, Guid OrderId);
