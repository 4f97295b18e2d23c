using DaprShop.Shop.Databases;

namespace DaprShop.Shop.Audit;

/// <summary>Whether the shop is idle, as one set of snapshots shows it.</summary>
/// <param name="Orders">Work in progress in Orders.</param>
/// <param name="OrdersToWake">Orders whose saga is still to be notified that stock has arrived.</param>
/// <param name="OpenCalls">Requests that the payment provider has not answered.</param>
/// <param name="Heads">The position of the last event in each producer's log.</param>
/// <param name="Lagging">Relays and consumers that have not reached the end of a log.</param>
/// <param name="Parked">The number of parked messages.</param>
internal sealed record Quiescence(
    Quiescence.OrdersInProgress Orders,
    long OrdersToWake,
    long OpenCalls,
    IReadOnlyDictionary<string, long> Heads,
    IReadOnlyList<string> Lagging,
    long Parked
)
{
    private const string OrdersInProgressSql = """
        select count(*) filter (
                   where compensation_pending or status in ('accepted', 'paid')
                       -- Until its next attempt at the payment an order waits by design.
                       or status = 'reserved' and (batch_id is not null or due_at <= now())
                       -- Orders that wait for stock or for another card are at rest until then.
                       or status in ('backordered', 'awaiting_payment') and due_at <= now()
               ) as in_saga,
               (select count(*) from batches where finished_at is null) as unfinished_batches,
               (select count(*) from shipments where state = 'preparing')
                   + (select count(*) from cancellations where state = 'requested')
                   + (select count(*) from returns where state = 'decided') as fulfilment_jobs
        from orders
        """;

    private const string OrdersToWakeSql = "select count(*) from backorder_notifications";

    // A call in processing waits for the bank, however long.
    private const string OpenCallsSql = "select count(*) from provider_calls where state = 'open'";

    private const string LogSql = """
        select (select position from event_head) as head, (select position from relay_cursor) as published
        """;

    private const string HeadSql = "select position from event_head";

    private const string ConsumedSql = "select coalesce(max(position), 0) from watermarks where producer = $1";

    private const string ParkedSql = "select count(*) from dead_letters";

    private static readonly string[] Producers = ["orders", "inventory", "payments"];

    /// <summary>True when nothing is in progress that could still change an order.</summary>
    public bool IsIdle => ActiveWork.Count == 0;

    /// <summary>The work in progress, as phrases.</summary>
    public IReadOnlyList<string> ActiveWork =>
        [
            .. new (long Count, string Work)[]
            {
                (Orders.InSaga, "orders in the saga"),
                (Orders.UnfinishedBatches, "unfinished batches"),
                (OrdersToWake, "orders to be notified of stock"),
                (OpenCalls, "requests without an answer of the payment provider"),
                (Orders.FulfilmentJobs, "shipments, cancellations and returns in progress"),
            }
                .Where(each => each.Count > 0)
                .Select(each => $"{each.Count} {each.Work}"),
        ];

    public static async Task<Quiescence> ReadAsync(Snapshots snapshots, CancellationToken cancel)
    {
        var history = snapshots["history"];
        var heads = new Dictionary<string, long>();
        var lagging = new List<string>();
        foreach (var producer in Producers)
        {
            var log = await snapshots[producer].QuerySingleAsync<LogPositions>(LogSql, cancel);
            var consumed = await history.QuerySingleAsync<long>(ConsumedSql, cancel, producer);
            heads[producer] = log.Head;
            if (log.Published < log.Head)
                lagging.Add($"the relay of {producer} is {log.Head - log.Published} events behind");
            if (consumed < log.Head)
                lagging.Add($"history is {log.Head - consumed} events of {producer} behind");
        }

        return new Quiescence(
            await snapshots["orders"].QuerySingleAsync<OrdersInProgress>(OrdersInProgressSql, cancel),
            await snapshots["inventory"].QuerySingleAsync<long>(OrdersToWakeSql, cancel),
            await snapshots["payments"].QuerySingleAsync<long>(OpenCallsSql, cancel),
            heads,
            lagging,
            await history.QuerySingleAsync<long>(ParkedSql, cancel)
        );
    }

    /// <summary>
    /// True while no log has grown since the snapshots were taken: the snapshots show one and the same moment.
    /// </summary>
    public async Task<bool> IsUnchangedAsync(AuditedDatabases databases, CancellationToken cancel)
    {
        foreach (var (producer, head) in Heads)
        {
            await using var now = await databases.OpenAsync(producer, cancel);
            if (await now.QuerySingleAsync<long>(HeadSql, cancel) != head)
                return false;
        }

        return true;
    }

    /// <param name="InSaga">Orders with a next step, compensations included.</param>
    /// <param name="UnfinishedBatches">Sagas that have not finished.</param>
    /// <param name="FulfilmentJobs">Shipments and returns that are being executed.</param>
    internal sealed record OrdersInProgress(long InSaga, long UnfinishedBatches, long FulfilmentJobs);

    private sealed record LogPositions(long Head, long Published);
}
