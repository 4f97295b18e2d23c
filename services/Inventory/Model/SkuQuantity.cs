namespace DaprShop.Inventory.Model;

/// <summary>Units of a SKU.</summary>
internal readonly record struct SkuQuantity(string Sku, long Quantity);

/// <summary>Units of a SKU at a location: a part of what an order or a hold claims.</summary>
internal readonly record struct AllocationPart(string Sku, string Location, long Quantity);
