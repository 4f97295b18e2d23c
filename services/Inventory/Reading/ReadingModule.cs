using DaprShop.Inventory.Model;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;
using Npgsql;

namespace DaprShop.Inventory.Reading;

/// <summary>Reads of stock and of its ledger, through the layered cache.</summary>
internal static class ReadingModule
{
    public static IServiceCollection AddReading(this IServiceCollection services, IConfiguration configuration) =>
        services
            .AddShopOptions<StockCacheOptions>(StockCacheOptions.Section)
            .AddSingleton(_ => new ReadReplica(
                configuration[ConfigurationKeys.Replica] is { } replica ? NpgsqlDataSource.Create(replica) : null
            ))
            .AddSingleton<IStateStore, DaprStateStore>()
            .AddSingleton<CacheMetrics>()
            .AddSingleton<LocalStockCache>()
            .AddSingleton<DistributedStockCache>()
            .AddSingleton<StockQueries>()
            .AddSingleton<StockCacheLoader>()
            .AddSingleton<StockCache>()
            .AddSingleton<StockResponseWriter>()
            .AddGroupCommit<StockQuery, StockReadResult, StockCacheLoader>(
                loader => loader.LoadAsync,
                StockCacheLoader.GroupLimit
            )
            .AddSingleton<StockCacheRefresher>()
            .AddHostedService(p => p.GetRequiredService<StockCacheRefresher>())
            .AddBroadcastHandler<StockBroadcastHandler>();

    public static void MapReading(this IEndpointRouteBuilder routes)
    {
        var stock = routes.MapGroup("/stock").RequireAuthorization(Identity.Customer).WithTags("Stock");
        stock
            .MapGet("/{sku}", GetStock.OneAsync)
            .WithSummary("Get the stock of a SKU")
            .Produces<StockResponse>()
            .ProducesProblem(404)
            .ProducesProblem(412)
            .ProducesProblem(422)
            .AnswerFromMemory(routes.ServiceProvider);
        stock.MapGet("", GetStock.ManyAsync).WithSummary("List stock, by SKU").Produces<GetStock.Page>();
        routes
            .MapGet("/stock/{sku}/movements", ListMovements.HandleAsync)
            .RequireAuthorization(Identity.Operator)
            .WithSummary("List the movements of a SKU, newest first")
            .WithTags("Stock");
        routes
            .MapGet("/stock/{sku}/at/{time}", GetStockAsOf.HandleAsync)
            .RequireAuthorization(Identity.Operator)
            .WithSummary("Get the stock of a SKU as of a time")
            .WithTags("Stock");
        if (routes.ServiceProvider.GetRequiredService<IConfiguration>().GetValue<bool>("Bench:Routes"))
            BenchRoutes.Map(routes);
    }
}
