using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Data;
using DaprShop.Orders.Domain;
using DaprShop.Orders.Workflows;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace DaprShop.Orders.Features;

/// <summary>
/// <c>POST /ops/orders/{id}/retry</c>: an operator has looked at an order that needed it, and hands it back to the saga, where it stood. (To give
/// it up is <c>/cancel</c>.)
/// </summary>
internal static class RetryOrder
{
    private const string Origin = $"select data->>'from' from events where subject = $1 and type like '{OrderTransitionReader.Types}' and data->>'to' = 'needs_attention' order by version desc limit 1";
    // Without a deadline its customer would have decided.
    private const string Renew = """
        update orders set attempts = 0, due_at = $2, reason = null, decide_by = case when status = 'awaiting_customer' and on_shortage = 'ask' then $3::timestamptz end where id = $1
        """;

    internal sealed record Retried(Guid Id, string Status, int Version);

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/ops/orders/{id:guid}/retry", HandleAsync)
        .RequireAuthorization(Identity.Operator).WithSummary("Hand an order that needed attention back to its saga").WithTags("Operations");

    private static async Task<Results<Ok<Retried>, ProblemHttpResult>> HandleAsync(
        Guid id, NpgsqlDataSource database, DispatchSignal dispatch, RelaySignal relay, SagaSettings saga, TimeProvider time, HttpContext context, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await OrderLock.TakeAsync(connection, id, cancellationToken) is not { } order) return Problems.NotFound($"order {id}");
        if (order.Status != OrderStatus.NeedsAttention)
        {
            return Problems.Of(409, "not-in-need", "The order needs no attention", $"It is {order.Status.Name()}; what is tried again is {OrderStatus.NeedsAttention.Name()}.",
                ("status", order.Status.Name()), ("allowed", new[] { OrderStatus.NeedsAttention.Name() }));
        }

        var stood = OrderStatuses.Parse((string)(await connection.ScalarAsync(Origin, [$"{id}"], cancellationToken))!);
        var moved = await OrderLock.MoveAsync(connection, order, stood, context.Name(), now, cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(Renew, id, now.UtcDateTime, (now + saga.DecideWithin).UtcDateTime);
        batch.AppendEvents([moved], now);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        dispatch.Raise();
        relay.Raise();
        return TypedResults.Ok(new Retried(id, stood.Name(), moved.Version));
    }
}
