using DaprShop.Inventory.Cache;
using DaprShop.Inventory.Data;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Mvc;

namespace DaprShop.Inventory.Features;

/// <summary><c>GET /stock/{sku}</c> and <c>GET /stock</c>: all quantities, per location and summed, and how new they are.</summary>
internal static class GetStock
{
    private const int MaxPage = 1_000;

    /// <param name="Cursor">Send it back to get the next page; null at the end.</param>
    internal sealed record Page(IReadOnlyList<StockAnswer> Items, string? Cursor);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/stock").RequireAuthorization(Identity.Customer).WithTags("Stock");
        group
            .MapGet("/{sku}", OneAsync)
            .WithSummary("Stock of one SKU, no older than a version that is demanded")
            .Produces<StockAnswer>()
            .ProducesProblem(404)
            .ProducesProblem(412)
            .ProducesProblem(422)
            .Add(endpoint => endpoint.RequestDelegate = FromMemory(routes.ServiceProvider, endpoint.RequestDelegate!));
        group.MapGet("", ManyAsync).WithSummary("Stock of the named SKUs, or of all, page by page").Produces<Page>();
        AnswerNothing.Map(routes);
    }

    // What memory has is on its way before anything is bound or made: `./shop bench reads` tells the difference.
    private static RequestDelegate FromMemory(IServiceProvider services, RequestDelegate otherwise)
    {
        var (cache, writer) = (services.GetRequiredService<StockCache>(), services.GetRequiredService<StockWire>());
        return context =>
        {
            if (
                context.Request.QueryString.HasValue
                || context.Request.RouteValues["sku"] is not string sku
                || cache.Find(new StockDemand(sku)) is not { Stock.IsKnown: true } found
            )
                return otherwise(context);
            writer.Write(context.Response, found);
            return Task.CompletedTask;
        };
    }

    /// <param name="minVersion">The SKU's version; with a location, that level's: what the answer to a write calls its sequence.</param>
    private static async ValueTask<IResult> OneAsync(
        string sku,
        [FromQuery(Name = "min-version")] long? minVersion,
        string? location,
        StockCache cache,
        StockWire wire,
        CancellationToken cancellationToken
    )
    {
        if (minVersion < 0)
            return Problems.Invalid([new("min-version", "A version is 0 or more.")]);
        if (!CanExist(sku))
            return Problems.NotFound($"item '{sku}'");
        var demand = new StockDemand(sku, minVersion ?? 0, location);
        var reading = await cache.ReadAsync(demand, cancellationToken);
        if (!reading.Stock.IsKnown)
            return Problems.NotFound($"item '{sku}'");
        var version = demand.VersionOf(reading.Stock);
        return version >= demand.MinVersion
            ? new StockResult(wire, [reading])
            : Problems.Of(
                412,
                "version-not-reached",
                "Not that far yet",
                $"'{sku}' is at version {version}; {demand.MinVersion} has not been reached.",
                ("version", version)
            );
    }

    private static async ValueTask<IResult> ManyAsync(
        string[]? sku,
        string? cursor,
        int? limit,
        StockCache cache,
        StockTables tables,
        StockWire wire,
        CancellationToken cancellationToken
    )
    {
        var take = Math.Clamp(limit ?? 100, 1, MaxPage);
        List<FoundStock> found;
        if (sku is { Length: > 0 })
        {
            var names = sku.Distinct(StringComparer.Ordinal)
                .Where(s => CanExist(s) && string.CompareOrdinal(s, cursor) > 0)
                .Order(StringComparer.Ordinal);
            var readings = await Task.WhenAll(
                names.Select(name => cache.ReadAsync(new StockDemand(name), cancellationToken).AsTask())
            );
            found = [.. readings.Where(r => r.Stock.IsKnown).Take(take)];
        }
        else
        {
            found = (await tables.PageAsync(cursor ?? "", take, cancellationToken)).ConvertAll(stock => new FoundStock(
                stock,
                CacheLayer.Database
            ));
        }

        return new StockResult(wire, found, take);
    }

    private static bool CanExist(string sku) =>
        sku.Contains('\0', StringComparison.Ordinal)
            ? throw new BadHttpRequestException("A SKU has no character U+0000.")
            : sku.Length <= Limits.SkuLength;
}
