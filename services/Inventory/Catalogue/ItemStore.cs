using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Reading;
using DaprShop.Inventory.Stock;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace DaprShop.Inventory.Catalogue;

/// <summary>Reads and changes items.</summary>
internal sealed class ItemStore(
    NpgsqlDataSource database,
    KeyedChanges changes,
    StockCommandQueue stock,
    RelaySignal relay,
    LocalStockCache memory,
    TimeProvider time
)
{
    // The column has four decimals; a division by it drops those that are zero.
    private const decimal One = 1.0000000000000000000000000000m;

    private const string Columns =
        "sku, name, price, stocked, backorder_limit, max_per_customer, low_stock_at, on_sale, version";

    private const string Balances = """
        select on_hand - unavailable - allocated - held as balance, sequence, sold_since is not null as sold
        from levels left join locations using (location) where sku = $1
        """;

    private const string Find = $"select {Columns} from items where sku = $1";

    private const string Lock = $"{Find} for no key update";

    private const string Page = $"""
        select {Columns} from items
        where sku > $1 and ($2::text is null or sku ilike $2 or name ilike $2) order by sku limit $3
        """;

    private const string Insert = """
        insert into items (sku, name, price, stocked, backorder_limit, max_per_customer, low_stock_at, on_sale,
            limited_since, version)
        values ($1, $2, $3, $4, $5, $6::int, $7::int, $8, case when $6::int is not null then $9::timestamptz end, 1)
        """;

    private const string Update = """
        update items
        set name = $2, price = $3, stocked = $4, backorder_limit = $5, max_per_customer = $6::int,
            low_stock_at = $7::int, on_sale = $8, version = version + 1,
            limited_since = case
                when max_per_customer is distinct from $6::int
                then case when $6::int is not null then $9::timestamptz end
                else limited_since end
        where sku = $1
        """;

    // Each stocked SKU has a level from the start: the pages show that none is there, not that nothing is known.
    private const string FirstLevel = """
        insert into levels (sku, location, on_hand, allocated, held, unavailable, incoming, short, sequence, hash)
        values ($1, $2, 0, 0, 0, 0, 0, 0, 0, '') on conflict do nothing
        """;

    /// <summary>The item; null where there is none.</summary>
    public async Task<Versioned<Item>?> FindAsync(string sku, CancellationToken cancellationToken) =>
        (await database.QueryAsync<ItemDataRow>(Find, [sku], cancellationToken)).SingleOrDefault()?.ToItem();

    /// <summary>
    /// Items by SKU, after <paramref name="after"/>, whose SKU or name contains <paramref name="search"/>.
    /// </summary>
    public async Task<List<Item>> ListAsync(
        string after,
        string? search,
        int limit,
        CancellationToken cancellationToken
    ) =>
        (
            await database.QueryAsync<ItemDataRow>(
                Page,
                [after, search is null ? DBNull.Value : $"%{Escape(search)}%", limit],
                cancellationToken
            )
        ).ConvertAll(r => r.ToItem().Value);

    /// <summary>
    /// Creates or changes an item as <paramref name="decide"/> says, and returns it as it has become.
    /// </summary>
    public async Task<KeyedChange<Item>> ChangeAsync(
        string sku,
        string key,
        byte[] fingerprint,
        Func<Versioned<Item>?, (Item? Item, ProblemHttpResult? Refusal)> decide,
        CancellationToken cancellationToken
    )
    {
        var change = await changes.RunAsync(
            key,
            fingerprint,
            async connection =>
                (await connection.QueryAsync<ItemDataRow>(Lock, [sku], cancellationToken)).SingleOrDefault()?.ToItem(),
            decide,
            (connection, batch, before, after) => WriteAsync(connection, batch, before, after, cancellationToken),
            cancellationToken
        );
        if (change is not { After: { } changed, Replayed: false })
            return change;
        relay.Raise();

        // This process sees the change at once. No event announces it to the other replicas, whose entries expire.
        memory.Remove(sku);
        if (ItemRules.MayServeMore(change.Before?.Value, changed.Value))
            await stock.RunAsync<ServeQueueCommand>(new ServeQueueCommand(sku), cancellationToken);
        return change;
    }

    private async Task WriteAsync(
        NpgsqlConnection connection,
        NpgsqlBatch batch,
        Versioned<Item>? before,
        Versioned<Item> after,
        CancellationToken cancellationToken
    )
    {
        var (item, now) = (after.Value, time.GetUtcNow());
        if (after != before)
            batch.Add(
                before is null ? Insert : Update,
                item.Sku,
                item.Name,
                item.Price,
                item.Stocked,
                item.BackorderLimit,
                Nullable(item.MaxPerCustomer),
                Nullable(item.LowStockAt),
                item.OnSale,
                now.UtcDateTime
            );
        if (item.Stocked)
            batch.Add(FirstLevel, item.Sku, StockLimits.DefaultLocation);
        // The item is locked, as for a movement: either this request or a concurrent movement makes stock low.
        var levels = await connection.QueryAsync<BalanceRow>(Balances, [item.Sku], cancellationToken);
        var (available, wasStocked) = (
            levels.Sum(l => l.Sold ? Math.Max(l.Balance, 0) : 0),
            levels.Any(l => l.Sequence > 0)
        );
        if (
            LowStockRules.IsLow(available, wasStocked, item.LowStockAt)
            && !LowStockRules.IsLow(available, wasStocked, before?.Value.LowStockAt)
        )
            batch.AppendEvents(
                [new(EventTypes.StockLow, item.Sku, 1, new StockAvailable(item.Sku, available, item.LowStockAt))],
                now
            );
    }

    private static object Nullable(int? value) => value is null ? DBNull.Value : value;

    private static string Escape(string search) =>
        search
            .Replace(@"\", @"\\", StringComparison.Ordinal)
            .Replace("%", @"\%", StringComparison.Ordinal)
            .Replace("_", @"\_", StringComparison.Ordinal);

    private sealed record BalanceRow(long Balance, long Sequence, bool Sold);

    private sealed record ItemDataRow(
        string Sku,
        string Name,
        decimal Price,
        bool Stocked,
        int BackorderLimit,
        int? MaxPerCustomer,
        int? LowStockAt,
        bool OnSale,
        int Version
    )
    {
        public Versioned<Item> ToItem() =>
            new(new Item(Sku, Name, Price / One, Stocked, BackorderLimit, MaxPerCustomer, LowStockAt, OnSale), Version);
    }
}
