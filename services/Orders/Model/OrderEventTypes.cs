namespace DaprShop.Orders.Model;

/// <summary>The types of the events whose subject is an order.</summary>
internal static class OrderEventTypes
{
    /// <summary>A pattern for SQL's <c>like</c>. Each matching event carries a version of its order.</summary>
    public const string Pattern = "order.%";
}
