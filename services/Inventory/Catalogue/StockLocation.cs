namespace DaprShop.Inventory.Catalogue;

/// <summary>A place that has stock.</summary>
/// <param name="Priority">Stock of the location with the lowest value sells first.</param>
/// <param name="Sold">
/// Whether orders get its units. Those of a location that is not sold from, such as one for returns or quarantine, are
/// on hand and not available.
/// </param>
internal sealed record StockLocation(string Location, int Priority, bool Sold);
