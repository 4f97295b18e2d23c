namespace DaprShop.Inventory.Model;

/// <summary>An item of the catalogue.</summary>
/// <param name="LimitedSince">
/// When <paramref name="MaxPerCustomer"/> got its value. The audit checks only orders placed after it.
/// </param>
/// <param name="OnSale">False: new orders and holds of it are refused; what was promised stays.</param>
/// <param name="Version">Number of its last change.</param>
internal sealed record ItemRow(
    string Sku,
    string Name,
    decimal Price,
    bool Stocked,
    int BackorderLimit,
    int? MaxPerCustomer,
    int? LowStockAt,
    DateTimeOffset? LimitedSince,
    bool OnSale,
    int Version
);

/// <summary>A place that has stock.</summary>
/// <param name="SoldSince">Since when orders get its units; null while they do not.</param>
/// <param name="Version">Number of its last change.</param>
internal sealed record LocationRow(string Location, int Priority, DateTimeOffset? SoldSince, int Version);

internal sealed record LevelRow(
    string Sku,
    string Location,
    long OnHand,
    long Allocated,
    long Held,
    long Unavailable,
    long Incoming,
    long Short,
    long Sequence,
    byte[] Hash
);

/// <param name="ActorType">Null for rows from before actors had types.</param>
internal sealed record MovementRow(
    string Sku,
    string Location,
    long Sequence,
    string Kind,
    long Quantity,
    long OnHand,
    long Allocated,
    long Held,
    long Unavailable,
    long Incoming,
    string Cause,
    long Step,
    string Actor,
    string? Reason,
    Guid? Trace,
    DateTimeOffset OccurredAt,
    byte[] Hash,
    string? ActorType
);

internal sealed record ReservationRow(
    Guid OrderId,
    string State,
    DateTimeOffset DecidedAt,
    string? Shortages,
    string? Customer
);

internal sealed record AllocationRow(Guid OrderId, string Sku, string Location, int Quantity, long Step);

internal sealed record ShippedUnitsRow(Guid OrderId, string Sku, string Location, int Quantity, long Step);

internal sealed record BackorderRow(
    Guid OrderId,
    string Sku,
    long OrderNumber,
    int Quantity,
    int Filled,
    DateTimeOffset? PromisedAt,
    string State
);

/// <summary>An order whose saga Orders must resume, because its backorders were filled.</summary>
internal sealed record BackorderNotificationRow(long Id, Guid OrderId);

/// <param name="ClaimedBy">Accepted orders that name it and have not used it yet.</param>
/// <param name="ClaimedAt">When it was last claimed, or its claims were reviewed.</param>
internal sealed record HoldRow(
    Guid Id,
    string Customer,
    string State,
    DateTimeOffset ExpiresAt,
    Guid? EntryId,
    Guid[] ClaimedBy,
    DateTimeOffset? ClaimedAt
);

/// <param name="Used">Units of <paramref name="Quantity"/> that were allocated to orders.</param>
internal sealed record HoldLineRow(Guid HoldId, string Sku, string Location, long Quantity, long Used);

internal sealed record WaitlistRow(Guid Id, string Sku, string Customer, int Quantity, long Position, string State);

internal sealed record InboundRow(
    string Reference,
    string Location,
    string? Source,
    DateTimeOffset? ExpectedAt,
    string State,
    string? Reason,
    bool Unavailable
);

internal sealed record InboundLineRow(string Reference, string Sku, int Expected, int Received, int Closed);

/// <summary>The response to a keyed request: a repetition of the request gets it again.</summary>
/// <param name="Owner">The customer whose key it is; empty for a key of an operator or of a service.</param>
internal sealed record IdempotencyRow(string Owner, string Key, byte[] Fingerprint, string Response);
