using DaprShop.Contracts;
using Npgsql;

namespace DaprShop.Inventory.Stock;

/// <summary>
/// Asks Orders to resume the sagas of orders whose backorders were filled. The notification is written in the
/// transaction that filled the backorder and deleted after Orders has answered, so a crash at any point loses none.
/// Orders need not read all of Inventory's events for the few orders that wait.
/// </summary>
internal sealed class BackorderNotifier(
    NpgsqlDataSource database,
    BackordersFilledSignal signal,
    ServiceInvoker orders,
    TimeProvider time,
    ILogger<BackorderNotifier> logger
) : PollingWorker(Interval, time, logger, signal)
{
    private const int BatchSize = 500;
    private const string Pending = "select id, order_id from backorder_notifications order by id limit $1";
    private const string Delete = "delete from backorder_notifications where id = any($1)";
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private sealed record NotificationRow(long Id, Guid OrderId);

    protected override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        var pending = await database.QueryAsync<NotificationRow>(Pending, [BatchSize], cancellationToken);
        if (pending.Count == 0)
            return false;

        await orders.PostAsync(
            Apps.Orders,
            "sagas/resume",
            new ResumeOrdersRequest([.. pending.Select(p => p.OrderId).Distinct()]),
            cancellationToken
        );

        // No transaction is open during the call. A backorder of the same order that is filled meanwhile has a row of
        // its own.
        await database.ExecuteAsync(Delete, [pending.Select(p => p.Id).ToArray()], cancellationToken);
        return pending.Count == BatchSize;
    }
}
