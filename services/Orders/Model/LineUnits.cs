namespace DaprShop.Orders.Model;

/// <summary>The units of an order's line by what happened to them.</summary>
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
    /// <summary>Units that have not left yet.</summary>
    public int ToShip => Quantity - Cancelled - Shipped;

    /// <summary>Units that were shipped and not returned.</summary>
    public int ToReturn => Shipped - Returned;
}
