using Npgsql;

namespace DaprShop.Shop.Audit;

/// <summary>How far the shop is from rest, as one set of snapshots shows it.</summary>
/// <param name="InSaga">Orders with a next step, compensations included.</param>
/// <param name="Batches">Sagas in flight.</param>
/// <param name="ToWake">Orders whose saga is still to be told that stock has come.</param>
/// <param name="Errands">Shipments and returns that are being carried out.</param>
/// <param name="Heads">The end of each producer's log.</param>
/// <param name="Behind">Relays and consumers that have not reached it.</param>
/// <param name="Parked">Messages that consumers have set aside.</param>
internal sealed record Rest(
    long InSaga,
    long Batches,
    long ToWake,
    long Errands,
    IReadOnlyDictionary<string, long> Heads,
    IReadOnlyList<string> Behind,
    long Parked
)
{
    private static readonly string[] Producers = ["orders", "inventory", "payments"];

    /// <summary>Nothing is under way that could still change an order.</summary>
    public bool IsQuiet => InSaga == 0 && Batches == 0 && ToWake == 0 && Errands == 0;

    public IReadOnlyList<string> Unrest =>
        [
            .. InSaga > 0 ? [$"{InSaga} orders in the saga"] : (string[])[],
            .. Batches > 0 ? [$"{Batches} unfinished batches"] : (string[])[],
            .. ToWake > 0 ? [$"{ToWake} orders to be woken"] : (string[])[],
            .. Errands > 0 ? [$"{Errands} shipments and returns being carried out"] : (string[])[],
        ];

    public static async Task<Rest> ReadAsync(Snapshots snapshots, CancellationToken cancel)
    {
        var backlog = await RowAsync(
            snapshots["orders"],
            """
            select count(*) filter (where undo or status in ('accepted', 'reserved', 'paid') or status = 'backordered' and due_at <= now()), (select count(*) from batches where finished_at is null),
                (select count(*) from shipments where state = 'preparing') + (select count(*) from returns where state = 'decided') from orders
            """,
            cancel
        );
        var waking = await RowAsync(snapshots["inventory"], "select count(*) from filled_orders", cancel);
        var heads = new Dictionary<string, long>();
        var behind = new List<string>();
        foreach (var producer in Producers)
        {
            var log = await RowAsync(
                snapshots[producer],
                "select (select position from event_head), (select position from relay_cursor)",
                cancel
            );
            var consumed = await RowAsync(
                snapshots["history"],
                $"select coalesce(max(position), 0) from watermarks where producer = '{producer}'",
                cancel
            );
            heads[producer] = log[0];
            if (log[1] < log[0])
                behind.Add($"the relay of {producer} by {log[0] - log[1]}");
            if (consumed[0] < log[0])
                behind.Add($"history's reading of {producer} by {log[0] - consumed[0]}");
        }

        var parked = await RowAsync(snapshots["history"], "select count(*) from dead_letters", cancel);
        return new Rest(backlog[0], backlog[1], waking[0], backlog[2], heads, behind, parked[0]);
    }

    /// <summary>True while no log has grown since the snapshots were taken: they tell of one and the same moment.</summary>
    public async Task<bool> StillHoldsAsync(AuditedDatabases databases, CancellationToken cancel)
    {
        foreach (var (producer, head) in Heads)
        {
            await using var now = await databases.OpenAsync(producer, cancel);
            if ((await RowAsync(now, "select position from event_head", cancel))[0] != head)
                return false;
        }

        return true;
    }

    private static async Task<long[]> RowAsync(NpgsqlConnection connection, string sql, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        await reader.ReadAsync(cancel);
        return [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetInt64)];
    }
}
