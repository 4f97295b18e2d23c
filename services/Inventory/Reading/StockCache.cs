using DaprShop.Inventory.Model;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Reading;

/// <summary>
/// Reads stock from process memory, then the state store, then PostgreSQL. Decisions on stock never use it.
/// </summary>
internal sealed class StockCache(
    LocalStockCache memory,
    StockCacheLoader loader,
    StockCacheRefresher refresh,
    GroupCommit<StockQuery, StockReadResult> loads
)
{
    /// <summary>The stock in process memory; null where it has none that is recent enough.</summary>
    public StockReadResult? Find(StockQuery demand)
    {
        if (memory.Find(demand.Sku) is not { } held || !loader.Answers(held, demand))
            return null;
        if (!loader.Answers(held, demand with { IsAhead = true }))
            refresh.Request(demand.Sku);
        return new StockReadResult(held, CacheLayer.Memory);
    }

    /// <summary>
    /// Stock of at least the requested version; where the primary has not reached it, the stock of the primary.
    /// </summary>
    /// <exception cref="Npgsql.NpgsqlException">
    /// The database is unreachable, and no cached stock is recent enough.
    /// </exception>
    public ValueTask<StockReadResult> ReadAsync(StockQuery demand, CancellationToken cancellationToken) =>
        Find(demand) is { } found ? new(found) : LoadAsync(demand, cancellationToken);

    private async ValueTask<StockReadResult> LoadAsync(StockQuery demand, CancellationToken cancellationToken)
    {
        var reading = await loads.RunAsync(demand, cancellationToken);
        return reading.Failure is null ? reading : throw reading.Failure;
    }
}
