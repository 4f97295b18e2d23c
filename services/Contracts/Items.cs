namespace DaprShop.Contracts;

/// <summary>Orders asks Inventory what these SKUs are.</summary>
public sealed record ItemLookup(IReadOnlyList<string> Skus);

/// <summary>The names of items and of where they lie.</summary>
public static class ItemNames
{
    /// <summary>Characters of a SKU, or of a location, at most.</summary>
    public const int MaxLength = 64;
}

/// <summary>An item of the catalogue. <paramref name="Price"/> in GBP per unit; a service (postage, say) is sold but never stocked.</summary>
/// <param name="BackorderLimit">Units that may be on backorder at once.</param>
/// <param name="MaxPerCustomer">Units that one customer may have, over all orders; null: any number.</param>
/// <param name="LowStockAt">Available units at which <c>stock.low</c> is told; null: never.</param>
public sealed record Item(
    string Sku,
    string Name,
    decimal Price,
    bool Stocked,
    int BackorderLimit = 0,
    int? MaxPerCustomer = null,
    int? LowStockAt = null
);
