using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Npgsql;

namespace DaprShop.Orders.Saga;

/// <summary>Hands orders that the saga has given up back to it, where they stood.</summary>
internal sealed class RetryStore(
    NpgsqlDataSource database,
    DispatchSignal dispatch,
    RelaySignal relay,
    SagaOptions saga,
    TimeProvider time
)
{
    /// <summary>Orders that one request hands back, at most.</summary>
    public const int AtOnce = 500;

    private const string Origin =
        $"select data->>'from' from events where subject = $1 and type like '{OrderEventTypes.Pattern}' and data->>'to' = 'needs_attention' order by version desc limit 1";

    // Without a deadline its customer would have decided.
    private const string Renew = """
        update orders set attempts = 0, due_at = $2, reason = null, decide_by = case when status = 'awaiting_customer' and on_shortage = 'ask' then $3::timestamptz end where id = $1
        """;

    /// <summary>An order that goes on, and where it stands.</summary>
    internal sealed record Retried(Guid Id, string Status, int Version);

    /// <summary>How many go on, and how many wait for the next request.</summary>
    internal sealed record RetriedMany(int Retried, long Left);

    /// <summary>The order as it was found, null where there is none; and as it goes on, null where it needed no attention.</summary>
    public async Task<(LockedOrder? Found, Retried? GoesOn)> RetryAsync(
        Guid id,
        string actor,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var order = await OrderLock.TakeAsync(connection, id, cancellationToken);
        if (order is not { Status: OrderStatus.NeedsAttention })
            return (order, null);

        var stood = OrderStatuses.Parse((string)(await connection.ScalarAsync(Origin, [$"{id}"], cancellationToken))!);
        var moved = await OrderLock.MoveAsync(connection, order, stood, actor, now, cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(Renew, id, now.UtcDateTime, (now + saga.DecideWithin).UtcDateTime);
        batch.AppendEvents([moved], now);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        dispatch.Raise();
        relay.Raise();
        return (order, new Retried(id, stood.Name(), moved.Version));
    }

    /// <summary>Those that have waited longest, each in a transaction of its own.</summary>
    public async Task<RetriedMany> RetryAllAsync(string actor, CancellationToken cancellationToken)
    {
        var waiting = await database.QueryAsync(
            "select id from orders where status = 'needs_attention' order by updated_at limit $1",
            [AtOnce],
            r => r.GetGuid(0),
            cancellationToken
        );
        var retried = 0;
        foreach (var id in waiting)
        {
            if ((await RetryAsync(id, actor, cancellationToken)).GoesOn is not null)
                retried++;
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return new RetriedMany(
            retried,
            (long)
                (
                    await connection.ScalarAsync(
                        "select count(*) from orders where status = 'needs_attention'",
                        [],
                        cancellationToken
                    )
                )!
        );
    }
}
