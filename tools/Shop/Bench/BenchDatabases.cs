using System.Globalization;
using DaprShop.Shop.Databases;
using DaprShop.Shop.Secrets;
using Npgsql;

namespace DaprShop.Shop.Bench;

/// <summary>
/// Queries of the benchmarks, run as the auditor. They are cheap, so that they do not disturb the shop.
/// </summary>
internal sealed class BenchDatabases : IAsyncDisposable
{
    private const string InProgressSql = """
        select (select coalesce(sum(cardinality(order_ids)), 0) from batches where finished_at is null)
             + (select count(*) from orders
                where batch_id is null and (compensation_pending or status in ('accepted', 'reserved', 'paid')))
        """;

    private const string LastOrderSql = "select coalesce(max(number), 0) from orders";

    private const string LatenciesSql = """
        select extract(epoch from updated_at - accepted_at)::float8 * 1000 as milliseconds
        from orders where number > $1 and number <= $2 and status = 'confirmed' order by milliseconds
        """;

    private const string BatchFillSql = """
        select coalesce(avg(cardinality(order_ids)), 0)::float8 from batches where started_at >= $1
        """;

    private const string HeadSql = "select position from event_head";

    private const string ConsumedSql = "select coalesce(max(position), 0) from watermarks where producer = $1";

    private const string ItemsSql = """
        select count(*) filter (where not is_bench) as others, count(*) filter (where is_bench) as bench
        from (select starts_with(sku, $1) as is_bench from items) as all_items
        """;

    private const string OrdersSql = """
        select count(*) filter (where not is_bench) as others, count(*) filter (where is_bench) as bench
        from (select customer = $1 as is_bench from orders) as all_orders
        """;

    private static readonly string[] Producers = ["orders", "inventory", "payments"];
    private readonly Dictionary<string, NpgsqlDataSource> _databases;

    /// <exception cref="ShopException">The shop was never started.</exception>
    public BenchDatabases(ShopFolder shop)
    {
        var auditor = PrivateFile.Read(shop.Owner).GetValueOrDefault(Provisioner.Auditor)
            ?? throw new ShopException("The shop has no databases yet. Create them with `./shop up --detach`.");
        _databases = Provisioner.Services.ToDictionary(
            name => name,
            name =>
                NpgsqlDataSource.Create(
                    new NpgsqlConnectionStringBuilder(auditor)
                    {
                        Database = name,
                        MaxPoolSize = 2,
                        MaxAutoPrepare = 10,
                        AutoPrepareMinUsages = 2,
                    }
                )
        );
    }

    /// <summary>How many items and orders there are, and how many of them are the benchmarks'.</summary>
    public async Task<ShopContents> ContentsAsync(CancellationToken cancel)
    {
        var items = await CountAsync("inventory", ItemsSql, BenchOrders.SkuPrefix, cancel);
        var orders = await CountAsync("orders", OrdersSql, BenchOrders.Customer, cancel);
        return new ShopContents(items.Others, orders.Others, items.Bench, orders.Bench);
    }

    /// <summary>The same; null where the databases do not answer.</summary>
    public async Task<ShopContents?> TryGetContentsAsync()
    {
        try
        {
            return await ContentsAsync(CancellationToken.None);
        }
        catch (NpgsqlException)
        {
            return null;
        }
    }

    /// <summary>The number of orders whose saga has not finished.</summary>
    public Task<long> InProgressAsync(CancellationToken cancel) => ScalarAsync<long>("orders", InProgressSql, cancel);

    /// <summary>The number of the newest order.</summary>
    public Task<long> LastOrderAsync(CancellationToken cancel) => ScalarAsync<long>("orders", LastOrderSql, cancel);

    /// <summary>
    /// Milliseconds from accepted to confirmed of the orders after <paramref name="after"/> up to
    /// <paramref name="last"/>, in ascending order.
    /// </summary>
    public async Task<List<double>> LatenciesAsync(long after, long last, CancellationToken cancel)
    {
        await using var connection = await _databases["orders"].OpenConnectionAsync(cancel);
        return await connection.QueryAsync<double>(LatenciesSql, cancel, after, last);
    }

    /// <summary>The average number of orders per workflow since then.</summary>
    public Task<double> BatchFillAsync(DateTimeOffset since, CancellationToken cancel) =>
        ScalarAsync<double>("orders", BatchFillSql, cancel, since.UtcDateTime);

    /// <summary>True when History has applied every event that the other services have logged.</summary>
    public async Task<bool> HasHistoryCaughtUpAsync(CancellationToken cancel)
    {
        foreach (var producer in Producers)
        {
            var head = await ScalarAsync<long>(producer, HeadSql, cancel);
            if (await ScalarAsync<long>("history", ConsumedSql, cancel, producer) < head)
                return false;
        }

        return true;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var database in _databases.Values)
            await database.DisposeAsync();
    }

    private async Task<CountRow> CountAsync(string database, string sql, string bench, CancellationToken cancel)
    {
        await using var connection = await _databases[database].OpenConnectionAsync(cancel);
        return await connection.QuerySingleAsync<CountRow>(sql, cancel, bench);
    }

    private sealed record CountRow(long Others, long Bench);

    private async Task<T> ScalarAsync<T>(string database, string sql, CancellationToken cancel, params object[] values)
    {
        await using var command = _databases[database].CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        var scalar = (await command.ExecuteScalarAsync(cancel))!;
        return (T)Convert.ChangeType(scalar, typeof(T), CultureInfo.InvariantCulture);
    }
}
