namespace DaprShop.Contracts;

/// <summary>The state of an order's saga, from Orders, for diagnosis.</summary>
/// <param name="BatchStartedAt">When its current batch was started; null without one.</param>
/// <param name="StaleAt">When the batch counts as stalled unless it makes progress.</param>
/// <param name="DueAt">The earliest time of the next attempt; null while a batch owns it.</param>
/// <param name="Attempts">Number of batches that have claimed it.</param>
/// <param name="DecideBy">The customer's deadline for a decision; null when none is pending.</param>
/// <param name="Payment"><c>declined</c> when the payment is declined for good; null otherwise.</param>
/// <param name="CompensationPending">True while its compensations are pending.</param>
/// <param name="Slots">Concurrent batches of this replica; 0 while the saga is paused.</param>
/// <param name="PayBy">The deadline for its payment, or for naming another card; null without one.</param>
/// <param name="OpenFulfilments">Shipments in preparation and unsettled returns.</param>
public sealed record OrderState(
    string Customer,
    string Status,
    int Version,
    string? Reason,
    Guid? BatchId,
    DateTimeOffset? BatchStartedAt,
    DateTimeOffset? ProgressedAt,
    DateTimeOffset? StaleAt,
    DateTimeOffset? DueAt,
    int Attempts,
    DateTimeOffset? DecideBy,
    string? Payment,
    bool CompensationPending,
    DateTimeOffset UpdatedAt,
    int Slots,
    DateTimeOffset? PayBy,
    IReadOnlyList<OpenFulfilment> OpenFulfilments,
    OutboxState Outbox
);

/// <summary>A shipment in preparation or an unsettled return; <paramref name="Kind"/> says which.</summary>
/// <param name="Attempts">Number of attempts to execute it.</param>
/// <param name="DueAt">Time of the next attempt.</param>
public sealed record OpenFulfilment(string Kind, int Number, string State, int Attempts, DateTimeOffset DueAt);

/// <summary>
/// An order's claims on stock, from Inventory, for diagnosis. <paramref name="State"/> is null when it received no
/// request.
/// </summary>
public sealed record OrderClaims(
    string? State,
    IReadOnlyList<AllocatedUnits> Allocations,
    IReadOnlyList<BackorderPosition> Backorders,
    OutboxState Outbox
);

/// <summary>Units allocated to an order at a location.</summary>
/// <param name="Missing">Units that are promised there, to this order or to others, but are not there.</param>
public sealed record AllocatedUnits(string Sku, string Location, long Units, long Missing = 0);

/// <summary>Backordered units of an order.</summary>
/// <param name="Position">Position in the SKU's queue; 1 is served next.</param>
/// <param name="PromisedAt">When the units are expected; null when no delivery is announced.</param>
public sealed record BackorderPosition(string Sku, int Missing, int Position, DateTimeOffset? PromisedAt);

/// <summary>
/// An order's payment, from Payments, for diagnosis. <paramref name="State"/> is null when it received no request.
/// </summary>
/// <param name="ChargeAttempts">Number of requests that the provider did not answer.</param>
public sealed record OrderPayment(string? State, int ChargeAttempts, string? Reason, OutboxState Outbox);

/// <summary>How far a service's event log is published.</summary>
/// <param name="Head">The log's last position.</param>
/// <param name="Relayed">The last published position.</param>
/// <param name="Unpublished">Number of the order's events that are not published yet.</param>
public sealed record OutboxState(long Head, long Relayed, int Unpublished);
