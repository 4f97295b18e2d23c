namespace DaprShop.Contracts;

/// <summary>A step of an order's way: what <c>GET /orders/{id}/transitions</c> lists, what is broadcast, and what a stream of live status sends.</summary>
/// <param name="Version">The order's after it: from 1, without a gap.</param>
/// <param name="From">The status before; null for the first.</param>
/// <param name="Status">The status since.</param>
/// <param name="Reason">Why, where the status alone does not say; null otherwise.</param>
/// <param name="At">When it was decided.</param>
public sealed record OrderTransition(
    Guid OrderId,
    int Version,
    string? From,
    string Status,
    string? Reason,
    DateTimeOffset At
)
{
    /// <summary>Statuses after which nothing more happens to an order.</summary>
    public static IReadOnlyList<string> FinalStatuses { get; } = ["delivered", "rejected", "cancelled", "expired"];
}

/// <summary>What an order has become.</summary>
/// <param name="Version">The order's now.</param>
/// <param name="Status">The order's now.</param>
/// <param name="Transitions">After the version that was asked for, oldest first.</param>
public sealed record OrderTransitions(
    Guid OrderId,
    int Version,
    string Status,
    IReadOnlyList<OrderTransition> Transitions
);

/// <summary>Payload of <see cref="EventTypes.OrderStatusChanges"/>: the transitions that a page tells of.</summary>
public sealed record OrderStatusChanges(IReadOnlyList<OrderTransition> Transitions);
