using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Reading;

/// <summary>A wish to know the stock of <paramref name="Sku"/>, no older than a version.</summary>
/// <param name="MinVersion">Of the SKU, or of its level at <paramref name="Location"/> if one is named: what the answer to a write said. 0 demands nothing.</param>
internal readonly record struct StockQuery(string Sku, long MinVersion = 0, string? Location = null)
{
    /// <summary>Nobody waits for it: an entry is to be renewed before it is too old.</summary>
    public bool IsAhead { get; init; }

    /// <summary>The version that the demand is about, of a snapshot.</summary>
    public long VersionOf(StockSnapshot stock)
    {
        var location = Location;
        return location is null
            ? stock.Version
            : stock.Levels.FirstOrDefault(l => l.Location == location)?.Sequence ?? 0;
    }

    /// <summary>True when <paramref name="stock"/> is new enough. Hearsay proves no version.</summary>
    public bool IsMetBy(StockSnapshot stock) => MinVersion == 0 || (!stock.IsHearsay && VersionOf(stock) >= MinVersion);
}

/// <summary>Where an answer comes from.</summary>
internal enum CacheLayer
{
    /// <summary>This process.</summary>
    Memory,

    /// <summary>The state store, which all replicas share.</summary>
    Store,

    /// <summary>PostgreSQL.</summary>
    Database,
}

/// <summary>What a demand gets: a snapshot and its layer, or the failure that kept everybody from answering.</summary>
internal readonly record struct StockReadResult(StockSnapshot Stock, CacheLayer Layer, Exception? Failure = null);
