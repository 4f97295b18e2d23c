using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace DaprShop.Orders.Saga;

/// <summary>
/// <c>POST /orders/{id}/cancel</c>: one compare-and-set on the status decides between the cancel and everything else. A
/// batch that owns the order loses it. The compensations, refund and release, run in a batch of their own.
/// </summary>
internal static class CancelOrder
{
    private const string Cancel = $"""
        update orders
        set status = '{OrderStatusNames.Cancelled}', version = version + 1, reason = $3, compensation_pending = true,
            batch_id = null, due_at = $4, updated_at = $4
        where id = $1 and status = any($2) and not exists (
            select from shipments s where s.order_id = $1 and s.state = '{ShipmentStates.Preparing}')
          and not exists (
            select from cancellations c where c.order_id = $1 and c.state = '{CancellationStates.Requested}')
        returning version
        """;

    internal sealed record CancelledOrder(Guid Id, string Status, int Version);

    public static async Task<Results<Ok<CancelledOrder>, ProblemHttpResult>> HandleAsync(
        Guid id,
        NpgsqlDataSource database,
        DispatchSignal dispatch,
        RelaySignal relay,
        IFailpoints failpoints,
        TimeProvider time,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (
            await OrderLock.LockAsync(connection, id, cancellationToken) is not { } order
            || !(context.User.IsOperator() || order.Customer == context.Name())
        )
            return Problems.NotFound($"order {id}");

        if (await TryCancelAsync(connection, order, context.Name(), now, cancellationToken) is not { } version)
            return UnderWay(order.Status);
        await transaction.CommitAsync(cancellationToken);
        await failpoints.ReachAsync("cancelled");
        dispatch.Raise();
        relay.Raise();
        return TypedResults.Ok(new CancelledOrder(id, OrderStatus.Cancelled.Name(), version));
    }

    /// <summary>409: why an order in this status was not cancelled.</summary>
    internal static ProblemHttpResult UnderWay(OrderStatus status) =>
        Problems.Of(
            409,
            "not-cancellable",
            "The order cannot be cancelled",
            OrderActions.Cancel.From.Contains(status)
                ? "A shipment of this order, or a cancellation of some of its units, is being carried out."
                : $"The order is {status.Name()}. Cancellable: {string.Join(", ", OrderActions.Cancel.FromNames)}."
                    + (status == OrderStatus.Shipped ? UnitsInstead : ""),
            ("orderStatus", status.Name()),
            ("allowed", OrderActions.Cancel.FromNames)
        );

    private const string UnitsInstead = " Units that have not left can be cancelled: POST /orders/{id}/cancellations.";

    /// <summary>Cancels a locked order. Returns its new version; null where it cannot be cancelled.</summary>
    internal static async Task<int?> TryCancelAsync(
        NpgsqlConnection connection,
        LockedOrder order,
        string actor,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var reason = $"cancelled by {actor}";
        var version = await connection.ScalarAsync<int?>(
            Cancel,
            [order.Id, OrderActions.Cancel.FromNames, reason, now.UtcDateTime],
            cancellationToken
        );
        if (version is null)
            return null;
        await using var append = new NpgsqlBatch(connection);
        append.AppendEvents(
            [
                new NewEvent(
                    EventTypes.OrderStatusChanged,
                    order.Id.ToString(),
                    version.Value,
                    new OrderStatusChanged(order.Id, order.Status.Name(), OrderStatus.Cancelled.Name(), reason, actor)
                ),
            ],
            now
        );
        await append.ExecuteNonQueryAsync(cancellationToken);
        return version;
    }
}
