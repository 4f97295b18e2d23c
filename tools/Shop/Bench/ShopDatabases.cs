using DaprShop.Shop.Infrastructure;
using Npgsql;

namespace DaprShop.Shop.Bench;

/// <summary>What a benchmark reads of the databases, as the auditor, by statements that cost the shop next to nothing.</summary>
internal sealed class ShopDatabases : IAsyncDisposable
{
    private const string UnderWay = """
        select (select coalesce(sum(cardinality(order_ids)), 0) from batches where finished_at is null)
             + (select count(*) from orders where batch_id is null and (undo or status in ('accepted', 'reserved', 'paid')))
        """;

    private const string Latencies = """
        select extract(epoch from updated_at - accepted_at)::float8 * 1000 from orders where number > $1 and number <= $2 and status = 'confirmed' order by 1
        """;

    private static readonly string[] Producers = ["orders", "inventory", "payments"];
    private readonly Dictionary<string, NpgsqlDataSource> _databases;

    public ShopDatabases(ShopFolder shop)
    {
        var auditor = SecretFile.Read(shop.Owner).GetValueOrDefault("auditor")
            ?? throw new ShopException("The shop has no databases yet: `./shop up --detach` makes them.");
        _databases = Producers
            .Append("history")
            .ToDictionary(
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

    /// <summary>Orders whose saga is not over.</summary>
    public Task<long> UnderWayAsync(CancellationToken cancel) => ScalarAsync<long>("orders", UnderWay, cancel);

    /// <summary>The number of the youngest order.</summary>
    public Task<long> LastOrderAsync(CancellationToken cancel) =>
        ScalarAsync<long>("orders", "select coalesce(max(number), 0) from orders", cancel);

    /// <summary>Milliseconds from accepted to confirmed of the orders after <paramref name="after"/>, up to <paramref name="last"/>, sorted.</summary>
    public async Task<List<double>> LatenciesAsync(long after, long last, CancellationToken cancel)
    {
        await using var command = _databases["orders"].CreateCommand(Latencies);
        command.Parameters.Add(new() { Value = after });
        command.Parameters.Add(new() { Value = last });
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var found = new List<double>();
        while (await reader.ReadAsync(cancel))
            found.Add(reader.GetDouble(0));
        return found;
    }

    /// <summary>Orders per workflow since then, in the mean.</summary>
    public Task<double> BatchFillAsync(DateTimeOffset since, CancellationToken cancel) =>
        ScalarAsync<double>(
            "orders",
            "select coalesce(avg(cardinality(order_ids)), 0)::float8 from batches where started_at >= $1",
            cancel,
            since.UtcDateTime
        );

    /// <summary>True when History has folded every event that the others have logged.</summary>
    public async Task<bool> IsHistoryInStepAsync(CancellationToken cancel)
    {
        foreach (var producer in Producers)
        {
            var head = await ScalarAsync<long>(producer, "select position from event_head", cancel);
            if (
                await ScalarAsync<long>(
                    "history",
                    "select coalesce(max(position), 0) from watermarks where producer = $1",
                    cancel,
                    producer
                ) < head
            )
                return false;
        }

        return true;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var database in _databases.Values)
            await database.DisposeAsync();
    }

    private async Task<T> ScalarAsync<T>(string database, string sql, CancellationToken cancel, params object[] values)
    {
        await using var command = _databases[database].CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return (T)
            Convert.ChangeType(
                (await command.ExecuteScalarAsync(cancel))!,
                typeof(T),
                System.Globalization.CultureInfo.InvariantCulture
            );
    }
}
