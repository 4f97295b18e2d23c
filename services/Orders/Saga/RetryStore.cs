using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Npgsql;

namespace DaprShop.Orders.Saga;

/// <summary>Returns orders that need attention to the saga, in the status that they had before.</summary>
internal sealed class RetryStore(
    NpgsqlDataSource database,
    DispatchSignal dispatch,
    RelaySignal relay,
    SagaOptions options,
    TimeProvider time
)
{
    /// <summary>Orders per <see cref="RetryAllAsync"/>, at most.</summary>
    public const int MaxOrders = 500;

    private const string SelectPreviousStatus = $"""
        select data->>'from' from events
        where subject = $1 and type like '{OrderEventTypes.Pattern}'
          and data->>'to' = '{OrderStatusNames.NeedsAttention}'
        order by version desc limit 1
        """;

    // An order that waits for its customer gets a new deadline; without one, the customer would count as having decided.
    private const string Reset = $"""
        update orders
        set attempts = 0, due_at = $2, reason = null,
            decide_by = case
                when status = '{OrderStatusNames.AwaitingCustomer}' and on_shortage = '{ShortagePolicies.Ask}'
                then $3::timestamptz end,
            pay_by = case
                when status = '{OrderStatusNames.AwaitingPayment}' and payment = '{OrderPayments.Lapsed}'
                then $5::timestamptz
                when status = '{OrderStatusNames.AwaitingPayment}' then $4::timestamptz
                else pay_by end
        where id = $1
        """;

    private const string SelectOldest = $"""
        select id from orders where status = '{OrderStatusNames.NeedsAttention}' order by updated_at limit $1
        """;

    private const string Count = $"select count(*) from orders where status = '{OrderStatusNames.NeedsAttention}'";

    /// <summary>An order that is in the saga again, and its status.</summary>
    internal sealed record RetriedOrder(Guid Id, string Status, int Version);

    /// <param name="Retried">Orders that are in the saga again.</param>
    /// <param name="Remaining">Orders that still need attention.</param>
    internal sealed record RetriedOrders(int Retried, long Remaining);

    /// <summary>
    /// Retries one order. Returns the order as it was found (null where there is none) and as it is now (null where it
    /// did not need attention).
    /// </summary>
    public async Task<(LockedOrder? Found, RetriedOrder? Retried)> RetryAsync(
        Guid id,
        string actor,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var order = await OrderLock.LockAsync(connection, id, cancellationToken);
        if (order is not { Status: OrderStatus.NeedsAttention })
            return (order, null);

        var previous = await connection.ScalarAsync<string>(SelectPreviousStatus, [$"{id}"], cancellationToken);
        var status = OrderStatuses.Parse(previous!);
        var change = await OrderLock.ChangeStatusAsync(connection, order, status, actor, now, cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(
            Reset,
            id,
            now.UtcDateTime,
            (now + options.DecideWithin).UtcDateTime,
            (now + options.AnotherCardWithin).UtcDateTime,
            (now + options.PayLapsedWithin).UtcDateTime
        );
        batch.AppendEvents([change], now);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        dispatch.Raise();
        relay.Raise();
        return (order, new RetriedOrder(id, status.Name(), change.Version));
    }

    /// <summary>Retries the orders that have waited longest, each in a transaction of its own.</summary>
    public async Task<RetriedOrders> RetryAllAsync(string actor, CancellationToken cancellationToken)
    {
        var retried = 0;
        foreach (var id in await database.QueryAsync<Guid>(SelectOldest, [MaxOrders], cancellationToken))
        {
            if ((await RetryAsync(id, actor, cancellationToken)).Retried is not null)
                retried++;
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return new RetriedOrders(retried, await connection.ScalarAsync<long>(Count, [], cancellationToken));
    }
}
