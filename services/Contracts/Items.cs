namespace DaprShop.Contracts;

/// <summary>Orders asks Inventory for these items.</summary>
public sealed record ItemLookup(IReadOnlyList<string> Skus);

/// <summary>Orders asks Inventory which of these locations exist; the answer is their names.</summary>
public sealed record LocationLookup(IReadOnlyList<string> Locations);

/// <summary>
/// An item of the catalogue. <paramref name="Price"/> in GBP per unit; a service such as postage is sold but not
/// stocked.
/// </summary>
/// <param name="BackorderLimit">Units that may be backordered at a time.</param>
/// <param name="MaxPerCustomer">Units that one customer may order in total; null: no limit.</param>
/// <param name="LowStockAt">Available units at which <c>stock.low</c> is published; null: never.</param>
/// <param name="OnSale">False: new orders and holds of it are refused; what was promised stays.</param>
public sealed record Item(
    string Sku,
    string Name,
    decimal Price,
    bool Stocked,
    int BackorderLimit = 0,
    int? MaxPerCustomer = null,
    int? LowStockAt = null,
    bool OnSale = true
);
