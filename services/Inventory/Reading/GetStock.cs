using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Reading;

/// <summary>
/// <c>GET /stock/{sku}</c> and <c>GET /stock</c>: all quantities, per location and summed, and how new they are.
/// </summary>
internal static class GetStock
{
    private const int MaxPage = 1_000;

    /// <param name="Cursor">Send it back to get the next page; null at the end.</param>
    internal sealed record Page(IReadOnlyList<StockResponse> Items, string? Cursor);

    /// <summary>
    /// Returns stock from process memory before parameters are bound; <c>./shop bench reads</c> measures the gain.
    /// </summary>
    public static void AnswerFromMemory(this IEndpointConventionBuilder route, IServiceProvider services) =>
        route.Add(endpoint => endpoint.RequestDelegate = FromMemory(services, endpoint.RequestDelegate!));

    private static RequestDelegate FromMemory(IServiceProvider services, RequestDelegate otherwise)
    {
        var (cache, writer) = (
            services.GetRequiredService<StockCache>(),
            services.GetRequiredService<StockResponseWriter>()
        );
        return context =>
        {
            if (
                context.Request.QueryString.HasValue
                || context.Request.RouteValues["sku"] is not string sku
                || cache.Find(new StockQuery(sku)) is not { Stock.IsKnown: true } found
            )
                return otherwise(context);
            writer.Write(context.Response, found);
            return Task.CompletedTask;
        };
    }

    /// <param name="minVersion">Minimum version of the SKU; with a location, minimum sequence of that level.</param>
    public static async ValueTask<IResult> OneAsync(
        string sku,
        long? minVersion,
        string? location,
        StockCache cache,
        StockResponseWriter wire,
        CancellationToken cancellationToken
    )
    {
        if (minVersion < 0)
            return Problems.Invalid([new("minVersion", "A version must be 0 or more.")]);
        if (!CanExist(sku))
            return Problems.NotFound($"item '{sku}'");
        var demand = new StockQuery(sku, minVersion ?? 0, location);
        var reading = await cache.ReadAsync(demand, cancellationToken);
        if (!reading.Stock.IsKnown)
            return Problems.NotFound($"item '{sku}'");
        var version = demand.VersionOf(reading.Stock);
        return version >= demand.MinVersion
            ? new StockResult(wire, [reading])
            : Problems.Of(
                412,
                "version-not-reached",
                "Version not reached yet",
                $"'{sku}' is at version {version}, not yet at {demand.MinVersion}.",
                ("version", version)
            );
    }

    public static async ValueTask<IResult> ManyAsync(
        string[]? sku,
        string? cursor,
        int? limit,
        StockCache cache,
        StockQueries tables,
        StockResponseWriter wire,
        CancellationToken cancellationToken
    )
    {
        var take = Math.Clamp(limit ?? 100, 1, MaxPage);
        List<StockReadResult> found;
        if (sku is { Length: > 0 })
        {
            var names = sku.Distinct(StringComparer.Ordinal)
                .Where(s => CanExist(s) && string.CompareOrdinal(s, cursor) > 0)
                .Order(StringComparer.Ordinal);
            var readings = await Task.WhenAll(
                names.Select(name => cache.ReadAsync(new StockQuery(name), cancellationToken).AsTask())
            );
            found = [.. readings.Where(r => r.Stock.IsKnown).Take(take)];
        }
        else
        {
            found = (await tables.PageAsync(cursor ?? "", take, cancellationToken)).ConvertAll(
                stock => new StockReadResult(stock, CacheLayer.Database)
            );
        }

        return new StockResult(wire, found, take);
    }

    private static bool CanExist(string sku) => Names.IsValid(sku, Names.MaxItemLength);
}
