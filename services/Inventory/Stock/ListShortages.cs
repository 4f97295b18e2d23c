using DaprShop.Inventory.Model;
using DaprShop.Messaging;
using Npgsql;

namespace DaprShop.Inventory.Stock;

/// <summary>
/// <c>GET /ops/shortages</c>: where fewer units are on hand than are promised, and whose units are missing: the newest
/// claims, as a count tells them.
/// </summary>
internal static class ListShortages
{
    private const int MaxLevels = 200;

    private const string ShortLevels = """
        select sku, location, short as missing, count(*) over () as total
        from levels where short > 0 order by sku, location limit $1
        """;

    /// <param name="Missing">Promised units that are not on hand.</param>
    /// <param name="Orders">Newest first; with the holds 100 at most.</param>
    /// <param name="Holds">Newest first.</param>
    internal sealed record ShortageAtLocation(
        string Sku,
        string Location,
        long Missing,
        IReadOnlyList<StockResponses.OrderShortage> Orders,
        IReadOnlyList<StockResponses.HoldShortage> Holds
    );

    /// <param name="Items">By SKU and location; at most 200.</param>
    /// <param name="Total">The number of all.</param>
    internal sealed record Shortages(IReadOnlyList<ShortageAtLocation> Items, long Total);

    public static async Task<Shortages> HandleAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var levels = await database.QueryAsync<ShortLevelRow>(ShortLevels, [MaxLevels], cancellationToken);
        if (levels is not [var first, ..])
            return new Shortages([], 0);
        var skus = levels.Select(l => l.Sku).Distinct().ToArray();
        await using var batch = database.CreateBatch();
        batch.Add(StockLoadStatements.OpenAllocationsOfSkus, Array.Empty<Guid>(), skus);
        batch.Add(StockLoadStatements.HoldsOfSkus, (object)skus);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var allocated = await reader.ReadAllAsync<Allocation>(cancellationToken);
        var held = await reader.ReadNextAsync<UnitsOnHold>(cancellationToken);
        var claims = allocated
            .Select(a => (a.Sku, a.Location, Claim: new LevelClaim(a.OrderId, null, a.Quantity)))
            .Concat(held.Select(h => (h.Sku, h.Location, Claim: new LevelClaim(h.HoldId, h.Customer, h.Quantity))))
            .ToLookup(c => (c.Sku, c.Location), c => c.Claim);
        return new Shortages(
            levels.ConvertAll(l =>
            {
                var newest = LevelClaim.Newest(claims[(l.Sku, l.Location)], l.Missing);
                return new ShortageAtLocation(
                    l.Sku,
                    l.Location,
                    l.Missing,
                    [
                        .. newest
                            .Where(c => c.Customer is null)
                            .Select(c => new StockResponses.OrderShortage(c.Id, c.Quantity)),
                    ],
                    [
                        .. newest
                            .Where(c => c.Customer is not null)
                            .Select(c => new StockResponses.HoldShortage(c.Id, c.Customer!, c.Quantity)),
                    ]
                );
            }),
            first.Total
        );
    }

    private sealed record ShortLevelRow(string Sku, string Location, long Missing, long Total);
}
