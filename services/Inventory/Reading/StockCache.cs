using DaprShop.Inventory.Model;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Reading;

/// <summary>Stock for readers: process memory, else the state store, else PostgreSQL. Whoever writes stock never asks here.</summary>
internal sealed class StockCache(
    LocalStockCache memory,
    StockCacheLoader loader,
    StockCacheRefresher refresh,
    GroupCommit<StockQuery, StockReadResult> loads
)
{
    /// <summary>What memory answers at once; null where it has nothing that will do.</summary>
    public StockReadResult? Find(StockQuery demand)
    {
        if (memory.Find(demand.Sku) is not { } held || !loader.Answers(held, demand))
            return null;
        if (!loader.Answers(held, demand with { IsAhead = true }))
            refresh.Wish(demand.Sku);
        return new StockReadResult(held, CacheLayer.Memory);
    }

    /// <summary>Stock as new as demanded; where not even the primary has it so new, what the primary has.</summary>
    /// <exception cref="Npgsql.NpgsqlException">The database is away, and nothing that will do is cached.</exception>
    public ValueTask<StockReadResult> ReadAsync(StockQuery demand, CancellationToken cancellationToken) =>
        Find(demand) is { } found ? new(found) : LoadAsync(demand, cancellationToken);

    private async ValueTask<StockReadResult> LoadAsync(StockQuery demand, CancellationToken cancellationToken)
    {
        var reading = await loads.RunAsync(demand, cancellationToken);
        return reading.Failure is null ? reading : throw reading.Failure;
    }
}
