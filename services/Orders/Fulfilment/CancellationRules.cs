using DaprShop.Orders.Model;

namespace DaprShop.Orders.Fulfilment;

/// <summary>Decides which units of an order can be cancelled, and what follows.</summary>
internal static class CancellationRules
{
    /// <summary>True where an order in this status has been paid: its cancelled units are refunded.</summary>
    public static bool IsPaid(OrderStatus status) => status is OrderStatus.Confirmed or OrderStatus.Shipped;

    /// <summary>True where nothing would be left of an order of which nothing has left: it is cancelled as a whole.</summary>
    public static bool IsWholeOrder(
        IReadOnlyList<LineUnits> lines,
        IReadOnlyList<(LineUnits Line, int Units)> cancelled
    ) => lines.All(l => l.Shipped == 0) && lines.Sum(l => (long)l.ToShip) == cancelled.Sum(c => (long)c.Units);

    /// <summary>True where all that is left of the order has left.</summary>
    public static bool NothingIsLeft(
        IReadOnlyList<LineUnits> lines,
        IReadOnlyList<(LineUnits Line, int Units)> cancelled
    ) => lines.Sum(l => (long)l.ToShip) == cancelled.Sum(c => (long)c.Units);
}
