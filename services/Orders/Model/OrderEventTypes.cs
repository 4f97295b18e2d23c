namespace DaprShop.Orders.Model;

/// <summary>The types of the events whose subject is an order.</summary>
internal static class OrderEventTypes
{
    /// <summary>Matches, by SQL's <c>like</c>, the events that carry an order's own version.</summary>
    public const string Pattern = "order.%";
}
