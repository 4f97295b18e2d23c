using System.Globalization;

namespace DaprShop.Inventory.Catalogue;

/// <summary>A place that has stock.</summary>
/// <param name="Priority">Stock of the location with the lowest value sells first.</param>
/// <param name="Sold">
/// Whether orders get its units. Those of a location that is not sold from, such as one for returns or quarantine, are
/// on hand and not available.
/// </param>
internal sealed record StockLocation(string Location, int Priority, bool Sold);

/// <summary>A location and the number of its last change, which is its ETag.</summary>
internal sealed record VersionedLocation(StockLocation Location, int Version)
{
    /// <summary>The ETag, with its quotation marks.</summary>
    public string ETag => string.Create(CultureInfo.InvariantCulture, $"\"{Version}\"");
}
