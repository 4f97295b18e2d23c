using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using Microsoft.EntityFrameworkCore;

namespace DaprShop.Inventory.Catalogue;

/// <summary>Tells Orders what SKUs are: name, price, stocked or not. Unknown ones are missing from the answer. For sidecars only.</summary>
internal static class LookUpItems
{
    public static Task<List<Item>> HandleAsync(
        ItemLookup lookup,
        InventoryDbContext db,
        CancellationToken cancellationToken
    ) =>
        db
            .Items.Where(i => lookup.Skus.Contains(i.Sku))
            .Select(i => new Item(i.Sku, i.Name, i.Price, i.Stocked, i.BackorderLimit, i.MaxPerCustomer, i.LowStockAt))
            .ToListAsync(cancellationToken);
}
