using DaprShop.Inventory.Data;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;
using Npgsql;

namespace DaprShop.Inventory.Cache;

/// <summary>Registers the layers.</summary>
internal static class CacheServices
{
    public static IServiceCollection AddStockCache(this IServiceCollection services, IConfiguration configuration) =>
        services
            .AddSingleton(configuration.GetSection("Cache").Get<CacheSettings>() ?? new CacheSettings())
            .AddSingleton(_ => new ReadReplica(
                configuration[ConfigurationKeys.Replica] is { } replica ? NpgsqlDataSource.Create(replica) : null
            ))
            .AddSingleton<IStateCells, DaprStateCells>()
            .AddSingleton<CacheMetrics>()
            .AddSingleton<StockMemory>()
            .AddSingleton<StockStore>()
            .AddSingleton<StockTables>()
            .AddSingleton<StockLoader>()
            .AddSingleton<StockCache>()
            .AddSingleton<StockWire>()
            .AddGroupCommit<StockDemand, FoundStock, StockLoader>(loader => loader.LoadAsync, StockLoader.GroupLimit)
            .AddSingleton<StockRefresh>()
            .AddHostedService(p => p.GetRequiredService<StockRefresh>())
            .AddListener<StockBroadcast>();
}
