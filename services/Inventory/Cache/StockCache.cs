using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Cache;

/// <summary>Stock for readers: process memory, else the state store, else PostgreSQL. Whoever writes stock never asks here.</summary>
internal sealed class StockCache(StockMemory memory, StockLoader loader, GroupCommit<StockDemand, FoundStock> loads)
{
    /// <summary>Stock as new as demanded; where not even the primary has it so new, what the primary has.</summary>
    /// <exception cref="Npgsql.NpgsqlException">The database is away, and nothing that will do is cached.</exception>
    public ValueTask<FoundStock> ReadAsync(StockDemand demand, CancellationToken cancellationToken) =>
        memory.Find(demand.Sku) is { } held && loader.Answers(held, demand) ? new(new FoundStock(held, CacheLayer.Memory)) : LoadAsync(demand, cancellationToken);

    private async ValueTask<FoundStock> LoadAsync(StockDemand demand, CancellationToken cancellationToken)
    {
        var reading = await loads.RunAsync(demand, cancellationToken);
        return reading.Failure is null ? reading : throw reading.Failure;
    }
}
