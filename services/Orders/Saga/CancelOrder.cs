using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace DaprShop.Orders.Saga;

/// <summary>
/// <c>POST /orders/{id}/cancel</c>: one compare-and-set on the status decides between cancel and everything else. The winner's
/// compensations, refund and release, run as a batch of their own; a saga that is under way loses the order.
/// </summary>
internal static class CancelOrder
{
    private const string Cancel = """
        update orders set status = 'cancelled', version = version + 1, reason = $3, undo = true, batch_id = null, due_at = $4, updated_at = $4
        where id = $1 and status = any($2) and not exists (select from shipments s where s.order_id = $1 and s.state = 'preparing') returning version
        """;

    private static readonly string[] Cancellable =
    [
        .. TransitionRules.Into(OrderStatus.Cancelled).Select(OrderStatuses.Name),
    ];

    internal sealed record Cancelled(Guid Id, string Status, int Version);

    public static async Task<Results<Ok<Cancelled>, ProblemHttpResult>> HandleAsync(
        Guid id,
        NpgsqlDataSource database,
        DispatchSignal dispatch,
        RelaySignal relay,
        TimeProvider time,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (
            await OrderLock.TakeAsync(connection, id, cancellationToken) is not { } order
            || !(context.User.IsOperator() || order.Customer == context.Name())
        )
            return Problems.NotFound($"order {id}");

        if (await TryAsync(connection, order, context.Name(), now, cancellationToken) is not { } version)
        {
            return Problems.Of(
                409,
                "not-cancellable",
                "The order cannot be cancelled",
                TransitionRules.Allows(order.Status, OrderStatus.Cancelled)
                    ? "A part of it is just leaving."
                    : $"It is {order.Status.Name()}; it could be cancelled while {string.Join(", ", Cancellable)}.",
                ("status", order.Status.Name()),
                ("allowed", Cancellable)
            );
        }

        await transaction.CommitAsync(cancellationToken);
        await Steps.ReachAsync("cancelled");
        dispatch.Raise();
        relay.Raise();
        return TypedResults.Ok(new Cancelled(id, OrderStatus.Cancelled.Name(), version));
    }

    /// <summary>Cancels a locked order. Answers its new version; null where it cannot be cancelled.</summary>
    internal static async Task<int?> TryAsync(
        NpgsqlConnection connection,
        LockedOrder order,
        string by,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        if (
            await connection.ScalarAsync(
                Cancel,
                [order.Id, Cancellable, $"cancelled by {by}", now.UtcDateTime],
                cancellationToken
            )
            is not int version
        )
            return null;
        await using var append = new NpgsqlBatch(connection);
        append.AppendEvents(
            [
                new NewEvent(
                    EventTypes.OrderStatusChanged,
                    order.Id.ToString(),
                    version,
                    new OrderStatusChanged(
                        order.Id,
                        order.Status.Name(),
                        OrderStatus.Cancelled.Name(),
                        $"cancelled by {by}",
                        by
                    )
                ),
            ],
            now
        );
        await append.ExecuteNonQueryAsync(cancellationToken);
        return version;
    }
}
