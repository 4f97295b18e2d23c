using System.Diagnostics;
using Npgsql;

namespace DaprShop.Shop.Bench;

/// <summary>
/// The baseline for group commit: one transaction per order that locks the level, reads it and writes, and does nothing
/// else.
/// </summary>
internal sealed class NaiveReservations(NpgsqlDataSource database)
{
    private const string Tables = """
        create schema naive;
        create table naive.levels (sku text primary key, on_hand bigint not null, allocated bigint not null);
        create table naive.movements (
            id uuid primary key, sku text not null, quantity int not null, at timestamptz not null);
        create table naive.allocations (order_id uuid primary key, sku text not null, quantity int not null);
        insert into naive.levels select sku, 1000000000, 0 from items
        """;

    public async Task PrepareAsync(CancellationToken cancel)
    {
        await ScratchInventory.RunAsync(database, "drop schema if exists naive cascade", cancel);
        await ScratchInventory.RunAsync(database, Tables, cancel);
    }

    /// <summary>Orders per second, of one unit of <paramref name="sku"/> each.</summary>
    public async Task<double> MeasureAsync(string sku, int connections, TimeSpan time, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        var done = await Task.WhenAll(
            Enumerable.Range(0, connections).Select(_ => Task.Run(() => ReserveAsync(sku, clock, time, cancel), cancel))
        );
        return done.Sum() / clock.Elapsed.TotalSeconds;
    }

    private async Task<long> ReserveAsync(string sku, Stopwatch clock, TimeSpan time, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        await using var readLevel = await PreparedAsync(
            "select on_hand - allocated from naive.levels where sku = $1 for update",
            sku
        );
        await using var updateLevel = await PreparedAsync(
            "update naive.levels set allocated = allocated + 1 where sku = $1",
            sku
        );
        await using var insertMovement = await PreparedAsync(
            "insert into naive.movements values (gen_random_uuid(), $1, 1, now())",
            sku
        );
        await using var insertAllocation = await PreparedAsync(
            "insert into naive.allocations values (gen_random_uuid(), $1, 1)",
            sku
        );
        var orders = 0L;
        for (; clock.Elapsed < time; orders++)
        {
            await using var transaction = await connection.BeginTransactionAsync(cancel);
            if ((long)(await readLevel.ExecuteScalarAsync(cancel))! < 1)
                break;
            await updateLevel.ExecuteNonQueryAsync(cancel);
            await insertMovement.ExecuteNonQueryAsync(cancel);
            await insertAllocation.ExecuteNonQueryAsync(cancel);
            await transaction.CommitAsync(cancel);
        }

        return orders;

        async Task<NpgsqlCommand> PreparedAsync(string sql, string value)
        {
            var command = new NpgsqlCommand(sql, connection)
            {
                Parameters = { new NpgsqlParameter<string> { TypedValue = value } },
            };
            await command.PrepareAsync(cancel);
            return command;
        }
    }
}
