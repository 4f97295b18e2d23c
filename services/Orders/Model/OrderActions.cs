using static DaprShop.Orders.Model.OrderStatus;

namespace DaprShop.Orders.Model;

/// <summary>What a user can do with an order.</summary>
/// <param name="Name">The last part of its route.</param>
/// <param name="Route">The verb and the pattern of its route.</param>
/// <param name="ForOperators">Only an operator may do it.</param>
/// <param name="MovesOn">It changes the status, at once or by what the saga does next.</param>
/// <param name="From">The statuses in which it is allowed.</param>
internal sealed record OrderAction(
    string Name,
    string Route,
    bool ForOperators,
    bool MovesOn,
    IReadOnlyList<OrderStatus> From
)
{
    /// <summary>The names of the statuses in which it is allowed, for SQL and for problems.</summary>
    public string[] FromNames { get; } = [.. From.Select(OrderStatuses.Name)];
}

/// <summary>
/// The actions that change an order, each with its statuses declared once: endpoints, <c>GET /orders/{id}</c> and the
/// test that no status is without a way out read them here.
/// </summary>
internal static class OrderActions
{
    public static readonly OrderAction Cancel = new(
        "cancel",
        "POST /orders/{id}/cancel",
        ForOperators: false,
        MovesOn: true,
        [.. TransitionRules.Into(Cancelled)]
    );

    public static readonly OrderAction Decide = new(
        "decision",
        "POST /orders/{id}/decision",
        ForOperators: false,
        MovesOn: true,
        [AwaitingCustomer, Backordered]
    );

    /// <summary>Other statuses pass soon, or have nothing left to cancel.</summary>
    public static readonly OrderAction CancelUnits = new(
        "cancellations",
        "POST /orders/{id}/cancellations",
        ForOperators: false,
        MovesOn: false,
        [Backordered, Confirmed, Shipped]
    );

    public static readonly OrderAction NameCard = new(
        "payment",
        "POST /orders/{id}/payment",
        ForOperators: false,
        MovesOn: true,
        [AwaitingPayment]
    );

    public static readonly OrderAction Ship = new(
        "shipments",
        "POST /shipments",
        ForOperators: true,
        MovesOn: true,
        [Confirmed, Shipped]
    );

    public static readonly OrderAction Deliver = new(
        "delivery",
        "POST /shipments/{id}/delivery",
        ForOperators: true,
        MovesOn: true,
        [Shipped]
    );

    public static readonly OrderAction Return = new(
        "returns",
        "POST /orders/{id}/returns",
        ForOperators: false,
        MovesOn: false,
        [Shipped, Delivered]
    );

    public static readonly OrderAction Retry = new(
        "retry",
        "POST /ops/orders/{id}/retry",
        ForOperators: true,
        MovesOn: true,
        [NeedsAttention]
    );

    /// <summary>All actions.</summary>
    public static IReadOnlyList<OrderAction> All { get; } =
    [Cancel, Decide, CancelUnits, NameCard, Ship, Deliver, Return, Retry];

    /// <summary>The actions that the status allows.</summary>
    public static IEnumerable<OrderAction> In(OrderStatus status) => All.Where(a => a.From.Contains(status));
}
