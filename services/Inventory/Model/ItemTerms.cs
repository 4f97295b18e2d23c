namespace DaprShop.Inventory.Model;

/// <summary>The catalogue's rules for a SKU.</summary>
/// <param name="Stocked">False for a service.</param>
/// <param name="BackorderLimit">Units that may be on backorder at once.</param>
/// <param name="MaxPerCustomer">Units that one customer may buy, over all orders; null: unlimited.</param>
/// <param name="LowStockAt">Available units at or below which <c>stock.low</c> is published; null: never.</param>
/// <param name="OnSale">False: nothing new is promised of it.</param>
internal sealed record ItemTerms(
    bool Stocked,
    int BackorderLimit = 0,
    int? MaxPerCustomer = null,
    int? LowStockAt = null,
    bool OnSale = true
);
