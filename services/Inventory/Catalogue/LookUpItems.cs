using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using Microsoft.EntityFrameworkCore;

namespace DaprShop.Inventory.Catalogue;

/// <summary>Returns items by SKU; unknown SKUs are omitted. Only Orders calls it, through its sidecar.</summary>
internal static class LookUpItems
{
    public static Task<List<Item>> HandleAsync(
        ItemLookup lookup,
        InventoryDbContext db,
        CancellationToken cancellationToken
    ) =>
        db
            .Items.Where(i => lookup.Skus.Contains(i.Sku))
            .Select(i => new Item(
                i.Sku,
                i.Name,
                i.Price,
                i.Stocked,
                i.BackorderLimit,
                i.MaxPerCustomer,
                i.LowStockAt,
                i.OnSale
            ))
            .ToListAsync(cancellationToken);
}
