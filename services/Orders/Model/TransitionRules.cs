using static DaprShop.Orders.Model.OrderStatus;

namespace DaprShop.Orders.Model;

/// <summary>The legal status changes. Each raises the order's version by one and writes one event.</summary>
internal static class TransitionRules
{
    private static readonly Dictionary<OrderStatus, OrderStatus[]> Table = new()
    {
        [Accepted] = [Reserved, Backordered, AwaitingCustomer, Rejected, Cancelled, Expired, NeedsAttention],
        [Backordered] = [Reserved, Cancelled, Expired, NeedsAttention],
        [AwaitingCustomer] = [Reserved, Backordered, Cancelled, Expired, NeedsAttention],
        [Reserved] = [AwaitingPayment, Paid, Rejected, Cancelled, Expired, NeedsAttention],
        [AwaitingPayment] = [Reserved, Rejected, Cancelled, Expired, NeedsAttention],
        [Paid] = [Confirmed, Cancelled, NeedsAttention],
        [Confirmed] = [AwaitingPayment, Shipped, Cancelled, NeedsAttention],
        [Shipped] = [Delivered, NeedsAttention],
        [Delivered] = [],
        [Rejected] = [],
        [Cancelled] = [],
        [Expired] = [],
        [NeedsAttention] =
        [
            Accepted,
            Backordered,
            AwaitingCustomer,
            Reserved,
            AwaitingPayment,
            Paid,
            Confirmed,
            Shipped,
            Rejected,
            Cancelled,
            Expired,
        ],
    };

    /// <summary>All legal changes.</summary>
    public static IEnumerable<(OrderStatus From, OrderStatus To)> All =>
        Table.SelectMany(row => row.Value.Select(to => (row.Key, to)));

    /// <summary>True when the change is legal.</summary>
    public static bool Allows(OrderStatus from, OrderStatus to) => Table[from].Contains(to);

    /// <summary>The statuses that may change to <paramref name="to"/>.</summary>
    public static IEnumerable<OrderStatus> Into(OrderStatus to) =>
        Table.Where(row => row.Value.Contains(to)).Select(row => row.Key);

    /// <summary>True where the order holds neither stock nor money, and no change follows.</summary>
    public static bool IsFinal(OrderStatus status) => status is Rejected or Cancelled or Expired;
}
