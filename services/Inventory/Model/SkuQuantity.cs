namespace DaprShop.Inventory.Model;

/// <summary>Units of a SKU that are wanted, or taken at a location.</summary>
internal readonly record struct SkuQuantity(string Sku, long Quantity);

/// <summary>Units of a SKU taken at a location.</summary>
internal readonly record struct AllocationPart(string Sku, string Location, long Quantity);
