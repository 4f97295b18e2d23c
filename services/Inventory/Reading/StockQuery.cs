using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Reading;

/// <summary>A query for the stock of <paramref name="Sku"/>, of at least a version.</summary>
/// <param name="MinVersion">Minimum version of the SKU, or of its level at <paramref name="Location"/>; 0: any.</param>
internal readonly record struct StockQuery(string Sku, long MinVersion = 0, string? Location = null)
{
    /// <summary>True for a re-read ahead of time, for which no request waits.</summary>
    public bool IsAhead { get; init; }

    /// <summary>The version of a snapshot that is compared with the minimum.</summary>
    public long VersionOf(StockSnapshot stock)
    {
        var location = Location;
        return location is null
            ? stock.Version
            : stock.Levels.FirstOrDefault(l => l.Location == location)?.Sequence ?? 0;
    }

    /// <summary>
    /// True when <paramref name="stock"/> has the minimum version. An unconfirmed snapshot proves no version.
    /// </summary>
    public bool IsMetBy(StockSnapshot stock) =>
        MinVersion == 0 || (!stock.IsUnconfirmed && VersionOf(stock) >= MinVersion);
}

/// <summary>The layer that served a read.</summary>
internal enum CacheLayer
{
    /// <summary>This process.</summary>
    Memory,

    /// <summary>The state store, which all replicas share.</summary>
    Store,

    /// <summary>PostgreSQL.</summary>
    Database,
}

/// <summary>The result of a query: a snapshot and its layer, or the failure of all layers.</summary>
internal readonly record struct StockReadResult(StockSnapshot Stock, CacheLayer Layer, Exception? Failure = null);
