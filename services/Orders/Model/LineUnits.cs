namespace DaprShop.Orders.Model;

/// <summary>A line of an order, and what has become of its units.</summary>
internal sealed record LineUnits(
    int Line,
    string Sku,
    int Quantity,
    int Cancelled,
    int Shipped,
    int Returned,
    decimal UnitPrice
)
{
    /// <summary>Units that are still to leave.</summary>
    public int ToShip => Quantity - Cancelled - Shipped;

    /// <summary>Units that have left and are still the customer's.</summary>
    public int ToReturn => Shipped - Returned;
}
