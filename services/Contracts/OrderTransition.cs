namespace DaprShop.Contracts;

/// <summary>
/// One status change of an order, as listed by <c>GET /orders/{id}/transitions</c>, broadcast, and sent on live
/// streams.
/// </summary>
/// <param name="Version">The order's version after it: from 1, without gaps.</param>
/// <param name="From">The previous status; null for the first.</param>
/// <param name="Status">The new status.</param>
/// <param name="Reason">The reason; null where the status says enough.</param>
/// <param name="At">When the status changed.</param>
public sealed record OrderTransition(
    Guid OrderId,
    int Version,
    string? From,
    string Status,
    string? Reason,
    DateTimeOffset At
)
{
    /// <summary>Final statuses: no transition leaves them.</summary>
    public static IReadOnlyList<string> FinalStatuses { get; } = ["delivered", "rejected", "cancelled", "expired"];
}

/// <summary>The current status of an order and the transitions that led to it.</summary>
/// <param name="Version">The order's current version.</param>
/// <param name="Status">The order's current status.</param>
/// <param name="Transitions">The transitions after the requested version, oldest first.</param>
public sealed record OrderTransitions(
    Guid OrderId,
    int Version,
    string Status,
    IReadOnlyList<OrderTransition> Transitions
);

/// <summary>Payload of <see cref="EventTypes.OrderStatusChanges"/>: the transitions of a page.</summary>
public sealed record OrderStatusChanges(IReadOnlyList<OrderTransition> Transitions);
