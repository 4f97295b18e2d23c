using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Saga;
using DaprShop.ServiceDefaults;
using Npgsql;

namespace DaprShop.Orders.Queries;

/// <summary>History asks where an order's saga stands. For sidecars only.</summary>
internal static class GetOrderState
{
    private const string State = """
        select o.customer, o.status, o.version, o.reason, o.batch_id, b.started_at, b.progressed_at, nullif(o.due_at, 'infinity'),
               o.attempts, o.decide_by, o.payment, o.undo, o.updated_at
        from orders o left join batches b on b.id = o.batch_id where o.id = $1
        """;

    private const string Parcels = """
        select 'shipment', number, state, attempts, due_at from shipments where order_id = $1 and state = 'preparing'
        union all
        select 'return', number, state, attempts, due_at from returns where order_id = $1 and state <> 'settled' order by 1 desc, 2
        """;

    private const string ParcelIds =
        "select id from shipments where order_id = $1 union all select id from returns where order_id = $1";

    public static async Task<IResult> HandleAsync(
        Guid id,
        NpgsqlDataSource database,
        SagaOptions saga,
        CancellationToken cancellationToken
    )
    {
        // A parcel's facts are told under its own id.
        var parcelIds = await database.QueryAsync(ParcelIds, [id], r => r.GetGuid(0).ToString(), cancellationToken);
        var outbox = await database.GetOutboxStateAsync([id.ToString(), .. parcelIds], cancellationToken);
        await using var batch = database.CreateBatch();
        batch.Add(Parcels, id);
        batch.Add(State, id);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var parcels = await reader.ReadAllAsync(
            r => new OpenFulfilment(
                r.GetString(0),
                r.GetInt32(1),
                r.GetString(2),
                r.GetInt32(3),
                r.GetFieldValue<DateTimeOffset>(4)
            ),
            cancellationToken
        );
        await reader.NextResultAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return Problems.NotFound($"order {id}");
        return TypedResults.Ok(
            new OrderState(
                reader.GetString(0),
                reader.GetString(1),
                reader.GetInt32(2),
                reader.Text(3),
                reader.Id(4),
                reader.Time(5),
                reader.Time(6),
                reader.Time(6) + saga.StaleAfter,
                reader.Time(7),
                reader.GetInt32(8),
                reader.Time(9),
                reader.Text(10),
                reader.GetBoolean(11),
                reader.GetFieldValue<DateTimeOffset>(12),
                saga.Current.Slots,
                reader.GetString(1) == "reserved" ? reader.GetFieldValue<DateTimeOffset>(12) + saga.PayWithin : null,
                parcels,
                outbox
            )
        );
    }
}
