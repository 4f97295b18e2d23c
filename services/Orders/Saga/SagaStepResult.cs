using DaprShop.Contracts;
using DaprShop.Orders.Model;

namespace DaprShop.Orders.Saga;

/// <summary>An order that a batch owns.</summary>
/// <param name="Declined">Its payment is declined for good.</param>
/// <param name="CompensationPending">Cancelled; its payment and stock must be compensated.</param>
/// <param name="Refunded">Refunded by this batch.</param>
/// <param name="StockReleased">Its stock was released by this batch.</param>
/// <param name="Attempts">Claims since the order last waited; 1 at the first.</param>
/// <param name="DecideBy">The customer's deadline; null when no decision is open.</param>
/// <param name="StatusSince">The time of its last status change.</param>
/// <param name="AnotherCard">Where its card is declined, the customer may name another one.</param>
/// <param name="PayBy">Until when another card may be named; null before a card was declined.</param>
/// <param name="PaymentAttempt">Cards that it has named.</param>
/// <param name="Lapsed">
/// It was confirmed, and its authorisation has lapsed since: some of its money may be captured.
/// </param>
internal sealed record OwnedOrder(
    Guid Id,
    OrderStatus Status,
    decimal Total,
    string PaymentToken,
    bool Declined,
    bool CompensationPending,
    bool Refunded,
    bool StockReleased,
    int Attempts,
    DateTimeOffset? DecideBy = null,
    DateTimeOffset StatusSince = default,
    bool AnotherCard = false,
    DateTimeOffset? PayBy = null,
    int PaymentAttempt = 1,
    bool Lapsed = false
);

/// <summary>A decided status change.</summary>
internal sealed record StatusChange(
    Guid OrderId,
    OrderStatus From,
    OrderStatus To,
    string? Reason = null,
    IReadOnlyList<Shortage>? Shortages = null
);

/// <summary>An order keeps <paramref name="Keep"/> units of a SKU; the units beyond are cancelled.</summary>
internal sealed record LineReduction(Guid OrderId, string Sku, long Keep);

/// <summary>The compensations that a batch needs between charging and settling.</summary>
internal sealed record NeededCompensations(bool Refund, bool Release);

/// <summary>The result of one saga step, written in one transaction.</summary>
internal sealed record SagaStepResult
{
    public IReadOnlyList<StatusChange> Changes { get; init; } = [];

    /// <summary>Units that partially covered orders go without.</summary>
    public IReadOnlyList<LineReduction> Reductions { get; init; } = [];

    /// <summary>Orders whose payment is declined for good: no other card is awaited. With the reason.</summary>
    public IReadOnlyList<(Guid OrderId, string? Reason)> Declined { get; init; } = [];

    /// <summary>Orders whose money is authorised: their shipments capture it.</summary>
    public IReadOnlyList<Guid> Authorised { get; init; } = [];

    /// <summary>Orders that this batch has refunded.</summary>
    public IReadOnlyList<Guid> Refunded { get; init; } = [];

    /// <summary>Orders whose stock this batch has released.</summary>
    public IReadOnlyList<Guid> StockReleased { get; init; } = [];

    /// <summary>Cancelled orders whose compensation is complete.</summary>
    public IReadOnlyList<Guid> Compensated { get; init; } = [];

    /// <summary>Orders that need no further batch.</summary>
    public IReadOnlyList<Guid> Completed { get; init; } = [];

    /// <summary>Orders for another batch, and the earliest time of the claim.</summary>
    public IReadOnlyList<(Guid OrderId, DateTimeOffset DueAt)> Requeued { get; init; } = [];

    /// <summary>Orders that wait for stock or their customer, and the latest time of the next claim.</summary>
    public IReadOnlyList<(Guid OrderId, DateTimeOffset DueAt)> Waiting { get; init; } = [];

    /// <summary>True for the batch's last step.</summary>
    public bool FinishesBatch { get; init; }
}
