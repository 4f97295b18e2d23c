using DaprShop.Inventory.Model;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace DaprShop.Inventory.Reading;

/// <summary><c>GET /stock/{sku}/at/{time}</c>: the balances per location after its last movement until then.</summary>
internal static class GetStockAsOf
{
    private const string Balances = """
        select l.location, m.sequence, m.on_hand, m.unavailable, m.allocated, m.held, m.incoming,
            p.sold_since is not null as sold
        from levels l left join locations p using (location) cross join lateral (
            select * from movements m where m.sku = l.sku and m.location = l.location and m.occurred_at <= $2
            order by m.sequence desc limit 1) m
        where l.sku = $1 order by l.location
        """;

    /// <param name="Sequence">Number of the level's last movement until then.</param>
    /// <param name="Sold">Whether orders get units of the location, now.</param>
    internal sealed record Balance(
        string Location,
        long Sequence,
        long OnHand,
        long Unavailable,
        long Allocated,
        long Held,
        long Incoming,
        bool Sold
    )
    {
        /// <summary>What an order could get then.</summary>
        public long Available => Sold ? Math.Max(OnHand - Unavailable - Allocated - Held, 0) : 0;

        /// <summary>Units that were claimed but not there for sale.</summary>
        public long Short => Math.Max(Unavailable + Allocated + Held - OnHand, 0);
    }

    /// <param name="Locations">Locations with a movement until then.</param>
    internal sealed record StockAsOf(string Sku, DateTimeOffset At, IReadOnlyList<Balance> Locations);

    public static async Task<Results<Ok<StockAsOf>, ProblemHttpResult>> HandleAsync(
        string sku,
        DateTimeOffset time,
        InventoryDbContext db,
        NpgsqlDataSource database,
        CancellationToken cancellationToken
    ) =>
        await db.Items.FindAsync([sku], cancellationToken) is null
            ? Problems.NotFound($"item '{sku}'")
            : TypedResults.Ok(await ReadAsync(database, sku, time, cancellationToken));

    /// <summary>The balances of each location at <paramref name="at"/>.</summary>
    public static async Task<StockAsOf> ReadAsync(
        NpgsqlDataSource database,
        string sku,
        DateTimeOffset at,
        CancellationToken cancellationToken
    ) => new StockAsOf(sku, at, await database.QueryAsync<Balance>(Balances, [sku, at.UtcDateTime], cancellationToken));
}
