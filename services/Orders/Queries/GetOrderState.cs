using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.Orders.Saga;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace DaprShop.Orders.Queries;

/// <summary>
/// <c>GET /internal/orders/{id}/state</c>: the state of an order's saga, for History's explanations. Called through the
/// sidecar only.
/// </summary>
internal static class GetOrderState
{
    private const string SelectState = """
        select o.customer, o.status, o.version, o.reason, o.batch_id, b.started_at, b.progressed_at,
               nullif(o.due_at, 'infinity') as due_at, o.attempts, o.decide_by, o.payment, o.compensation_pending,
               o.updated_at, o.pay_by
        from orders o left join batches b on b.id = o.batch_id where o.id = $1
        """;

    private const string SelectOpenFulfilments = $"""
        select 'shipment' as kind, number, state, attempts, due_at
        from shipments where order_id = $1 and state = '{ShipmentStates.Preparing}'
        union all
        select 'return', number, state, attempts, due_at
        from returns where order_id = $1 and state <> '{ReturnStates.Settled}'
        union all
        select 'cancellation', number, state, attempts, due_at
        from cancellations where order_id = $1 and state = '{CancellationStates.Requested}'
        order by 1 desc, 2
        """;

    private const string SelectFulfilmentIds = """
        select id from shipments where order_id = $1 union all select id from returns where order_id = $1
        union all select id from cancellations where order_id = $1
        """;

    public static async Task<Results<Ok<OrderState>, ProblemHttpResult>> HandleAsync(
        Guid id,
        NpgsqlDataSource database,
        SagaOptions options,
        BatchingControl batching,
        CancellationToken cancellationToken
    )
    {
        // Events of shipments, cancellations and returns have their own ids as subject.
        var fulfilments = await database.QueryAsync<Guid>(SelectFulfilmentIds, [id], cancellationToken);
        var outbox = await database.GetOutboxStateAsync(
            [id.ToString(), .. fulfilments.Select(f => f.ToString())],
            cancellationToken
        );
        await using var batch = database.CreateBatch();
        batch.Add(SelectState, id);
        batch.Add(SelectOpenFulfilments, id);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (await reader.ReadAllAsync<StateRow>(cancellationToken) is not [var order])
            return Problems.NotFound($"order {id}");
        var open = await reader.ReadNextAsync<OpenFulfilment>(cancellationToken);
        return TypedResults.Ok(
            new OrderState(
                order.Customer,
                order.Status,
                order.Version,
                order.Reason,
                order.BatchId,
                order.StartedAt,
                order.ProgressedAt,
                order.ProgressedAt + options.StaleAfter,
                order.DueAt,
                order.Attempts,
                order.DecideBy,
                order.Payment,
                order.CompensationPending,
                order.UpdatedAt,
                batching.Current.Slots,
                order.Status switch
                {
                    OrderStatusNames.Reserved => order.UpdatedAt + options.PayWithin,
                    OrderStatusNames.AwaitingPayment => order.PayBy,
                    _ => null,
                },
                open,
                outbox
            )
        );
    }

    private sealed record StateRow(
        string Customer,
        string Status,
        int Version,
        string? Reason,
        Guid? BatchId,
        DateTimeOffset? StartedAt,
        DateTimeOffset? ProgressedAt,
        DateTimeOffset? DueAt,
        int Attempts,
        DateTimeOffset? DecideBy,
        string? Payment,
        bool CompensationPending,
        DateTimeOffset UpdatedAt,
        DateTimeOffset? PayBy
    );
}
