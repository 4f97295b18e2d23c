namespace DaprShop.Orders.Model;

/// <summary>An order.</summary>
/// <param name="BatchId">
/// The batch that owns the order; only its activities may change the status. Null: no batch owns it.
/// </param>
/// <param name="DueAt">
/// Not claimed before. Infinity while a batch owns it; an earlier value asks for the next claim.
/// </param>
/// <param name="Attempts">Claims since the order last waited.</param>
/// <param name="Payment">One of <see cref="OrderPayments"/>.</param>
/// <param name="CompensationPending">Cancelled, and its payment and stock are not yet compensated.</param>
/// <param name="Refunded">The batch that owns the order has refunded it. A claim resets it.</param>
/// <param name="StockReleased">The batch that owns the order has released its stock. A claim resets it.</param>
/// <param name="HoldId">A hold on stock that the order uses up.</param>
/// <param name="DecideBy">The customer's deadline; null when no decision is open.</param>
/// <param name="DecidedBy">The user who made the customer's decision.</param>
/// <param name="AnotherCard">Where the card is declined, the customer may name another one.</param>
/// <param name="PayBy">Until when another card may be named; null before a card was declined.</param>
/// <param name="PaymentAttempt">Cards that the order has named; <paramref name="PaymentToken"/> is the last.</param>
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
    bool CompensationPending,
    bool Refunded,
    bool StockReleased,
    DateTimeOffset AcceptedAt,
    DateTimeOffset UpdatedAt,
    Guid? HoldId,
    DateTimeOffset? DecideBy,
    string? DecidedBy,
    bool AnotherCard,
    DateTimeOffset? PayBy,
    int PaymentAttempt
);

/// <summary>A line of an order.</summary>
/// <param name="Quantity">Units ordered.</param>
/// <param name="Cancelled">
/// Units of <paramref name="Quantity"/> that stock did not cover and the order goes without.
/// </param>
/// <param name="Shipped">Units of <paramref name="Quantity"/> that were shipped.</param>
/// <param name="Returned">Units of <paramref name="Shipped"/> that came back.</param>
/// <param name="Stocked">
/// Whether the line owes units, decided when the order was accepted; false for a service. Null for orders accepted
/// before this was recorded.
/// </param>
internal sealed record OrderLineRow(
    Guid OrderId,
    int Line,
    string Sku,
    int Quantity,
    decimal UnitPrice,
    int Cancelled,
    int Shipped,
    int Returned,
    bool? Stocked
);

/// <summary>A batch of orders, and the progress of its workflow.</summary>
/// <param name="Abandoned">The watchdog took its orders away.</param>
internal sealed record BatchRow(
    Guid Id,
    Guid[] OrderIds,
    DateTimeOffset StartedAt,
    DateTimeOffset ProgressedAt,
    DateTimeOffset? FinishedAt,
    bool Abandoned
);

/// <summary>The order that a caller's key stands for.</summary>
internal sealed record IdempotencyKeyRow(string Caller, string Key, byte[] Fingerprint, Guid OrderId);

/// <summary>The order's card that a caller's key has named, and what the caller was answered.</summary>
/// <param name="Attempt">The number of the card; 1 is that of the order's acceptance.</param>
/// <param name="Version">The order's version with this card.</param>
internal sealed record NamedCardRow(
    string Caller,
    string Key,
    byte[] Fingerprint,
    Guid OrderId,
    int Attempt,
    int Version,
    DateTimeOffset NamedAt
);
