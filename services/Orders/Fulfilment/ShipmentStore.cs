using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Npgsql;

namespace DaprShop.Orders.Fulfilment;

/// <summary>A shipment as it was asked for.</summary>
internal sealed record Shipment(Guid Id, Guid OrderId, int Number, IReadOnlyList<ShippedUnits> Lines);

/// <summary>
/// Shipments. To begin one is a compare-and-set on the order: until it is carried out, nobody cancels the order. What is begun is carried out
/// by whoever claims it, as often as it takes; its end is written once.
/// </summary>
internal sealed class ShipmentStore(NpgsqlDataSource database, RelaySignal relay, TimeProvider time)
{
    private const string Select = "select id, order_id, number, lines::text, fingerprint from shipments";

    private static readonly string Claim = FulfilmentJobs.Claim(
        "shipments",
        ShipmentStates.Preparing,
        "id, order_id, number, lines::text"
    );
    private static readonly string Postpone = FulfilmentJobs.Postpone("shipments");
    private static readonly string AddShipped = FulfilmentJobs.AddUnits("shipped");

    private const string Insert = """
        insert into shipments (id, order_id, number, state, lines, actor, key, fingerprint, created_at, due_at, attempts)
        select $1, $2, coalesce(max(number), 0) + 1, 'preparing', $3::jsonb, $4, $5, $6, $7, $7, 0 from shipments where order_id = $2
        on conflict (actor, key) do nothing returning number
        """;

    private const string End = """
        update shipments set state = $2, reason = $3, dispatched_at = case when $2 = 'dispatched' then $4::timestamptz end
        where id = $1 and state = 'preparing' returning actor
        """;

    private const string Deliver = """
        update shipments set state = 'delivered', delivered_at = $2 where id = $1 and state = 'dispatched' returning id
        """;

    /// <summary>Begins a shipment of <paramref name="lines"/>, or of all that is left.</summary>
    /// <exception cref="ProblemException">404, 409 or 422: the order is not there, or not to be shipped so.</exception>
    public async Task<(Shipment Shipment, bool Replayed)> BeginAsync(
        Guid orderId,
        IReadOnlyList<ShippedUnits>? lines,
        string actor,
        string key,
        byte[] fingerprint,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await OrderLock.TakeAsync(connection, orderId, cancellationToken) is not { } order)
            throw new ProblemException(Problems.NotFound($"order {orderId}"));
        if (
            await FulfilmentJobs.EarlierAsync(
                connection,
                $"{Select} where actor = $1 and key = $2",
                actor,
                key,
                fingerprint,
                Read,
                cancellationToken
            ) is
            { } earlier
        )
            return (earlier, true);
        if (order.Status is not (OrderStatus.Confirmed or OrderStatus.Shipped))
            throw new ProblemException(
                Problems.Of(
                    409,
                    "not-shippable",
                    "The order cannot be shipped",
                    $"It is {order.Status.Name()}; orders are shipped when they are confirmed or shipped in part.",
                    ("status", order.Status.Name())
                )
            );
        if (
            await connection.ScalarAsync(
                "select id from shipments where order_id = $1 and state = 'preparing'",
                [orderId],
                cancellationToken
            )
            is not null
        )
            throw new ProblemException(
                Problems.Of(
                    409,
                    "shipment-under-way",
                    "A shipment is under way",
                    "Another shipment of this order is being prepared. Try again when it has left."
                )
            );

        var units = await OrderLock.LinesAsync(connection, orderId, cancellationToken);
        var wanted = lines
            ?? [.. LineUnitRules.All(units, l => l.ToShip).Select(u => new ShippedUnits(u.Sku, u.Quantity))];
        if (
            LineUnitRules.Excess(units, wanted.Select(w => new OrderedUnits(w.Sku, w.Quantity)), l => l.ToShip) is
            { Count: > 0 } excess
        )
            throw new ProblemException(
                Problems.Of(
                    409,
                    "too-many",
                    "More than is left to ship",
                    "Of these SKUs, fewer units are left to ship.",
                    ("items", excess)
                )
            );
        if (wanted.Count == 0)
            throw new ProblemException(
                Problems.Of(409, "nothing-to-ship", "Nothing is left to ship", "All units of the order have left.")
            );

        var shipment = new Shipment(Guid.CreateVersion7(now), orderId, 0, wanted);
        if (
            await connection.ScalarAsync(
                Insert,
                [
                    shipment.Id,
                    orderId,
                    JsonSerializer.Serialize(wanted, JsonSerializerOptions.Web),
                    actor,
                    key,
                    fingerprint,
                    now.UtcDateTime,
                ],
                cancellationToken
            )
            is not int number
        )
            throw new ProblemException(IdempotencyKey.Conflict(key));
        await transaction.CommitAsync(cancellationToken);
        return (shipment with { Number = number }, false);
    }

    /// <summary>Claims shipments that are to be carried out: all that are due, or the one named.</summary>
    public Task<List<Shipment>> ClaimAsync(Guid? id, CancellationToken cancellationToken) =>
        database.QueryAsync(
            Claim,
            [time.GetUtcNow().UtcDateTime, FulfilmentJobs.Lease, (object?)id ?? DBNull.Value],
            Read,
            cancellationToken
        );

    /// <summary>Tries one that failed again, after a pause that doubles with each attempt.</summary>
    public Task PostponeAsync(Guid id, CancellationToken cancellationToken) =>
        database.RunAsync(Postpone, [id, time.GetUtcNow().UtcDateTime], cancellationToken);

    /// <summary>Writes that a shipment has left, or, with a reason, that it could not. Once: a repetition changes nothing.</summary>
    public async Task EndAsync(Shipment shipment, string? refused, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var state = refused is null ? ShipmentStates.Dispatched : ShipmentStates.Refused;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var order = (await OrderLock.TakeAsync(connection, shipment.OrderId, cancellationToken))!;
        if (
            await connection.ScalarAsync(
                End,
                [shipment.Id, state, (object?)refused ?? DBNull.Value, now.UtcDateTime],
                cancellationToken
            )
            is not string actor
        )
            return;

        var wanted = shipment.Lines.Select(l => new OrderedUnits(l.Sku, l.Quantity)).ToList();
        List<NewEvent> events =
        [
            Told(
                shipment.Id,
                1,
                new ShipmentStatusChanged(shipment.Id, order.Id, shipment.Number, state, wanted, actor, refused)
            ),
        ];
        await using var batch = new NpgsqlBatch(connection);
        if (refused is null)
        {
            var spread = LineUnitRules.Spread(
                await OrderLock.LinesAsync(connection, order.Id, cancellationToken),
                wanted,
                l => l.ToShip
            );
            batch.Add(
                AddShipped,
                order.Id,
                spread.Select(s => s.Line.Line).ToArray(),
                spread.Select(s => s.Units).ToArray()
            );
            if (order.Status == OrderStatus.Confirmed)
                events.Add(
                    await OrderLock.MoveAsync(connection, order, OrderStatus.Shipped, actor, now, cancellationToken)
                );
        }

        batch.AppendEvents(events, now);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        relay.Raise();
    }

    /// <summary>Why a shipment could not leave; null where it has, or may still.</summary>
    public async Task<string?> RefusalAsync(Guid id, CancellationToken cancellationToken) =>
        (
            await database.QueryAsync(
                "select reason from shipments where id = $1 and state = 'refused'",
                [id],
                r => r.Text(0),
                cancellationToken
            )
        ).SingleOrDefault();

    /// <summary>Writes that a shipment has arrived; with the last of its units the order is delivered.</summary>
    /// <exception cref="ProblemException">404 or 409: there is none, or it has not left.</exception>
    public async Task<string> DeliverAsync(Guid id, string actor, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (
            (await connection.QueryAsync($"{Select} where id = $1", [id], Read, cancellationToken)).FirstOrDefault()
            is not { } shipment
        )
            throw new ProblemException(Problems.NotFound($"shipment {id}"));
        var order = (await OrderLock.TakeAsync(connection, shipment.OrderId, cancellationToken))!;
        if (await connection.ScalarAsync(Deliver, [id, now.UtcDateTime], cancellationToken) is null)
        {
            var state = (string?)
                await connection.ScalarAsync("select state from shipments where id = $1", [id], cancellationToken);
            return state == ShipmentStates.Delivered
                ? order.Status.Name()
                : throw new ProblemException(
                    Problems.Of(409, "not-dispatched", "The shipment has not left", $"It is {state}.", ("state", state))
                );
        }

        var lines = shipment.Lines.Select(l => new OrderedUnits(l.Sku, l.Quantity)).ToList();
        List<NewEvent> events =
        [
            Told(id, 2, new ShipmentStatusChanged(id, order.Id, shipment.Number, ShipmentStates.Delivered, lines, actor, null)),
        ];
        var status = order.Status;
        if (
            status == OrderStatus.Shipped
            && (await OrderLock.LinesAsync(connection, order.Id, cancellationToken)).TrueForAll(l => l.ToShip == 0)
            && await connection.ScalarAsync(
                "select count(*) from shipments where order_id = $1 and state in ('preparing', 'dispatched')",
                [order.Id],
                cancellationToken
            )
                is 0L
        )
        {
            status = OrderStatus.Delivered;
            events.Add(await OrderLock.MoveAsync(connection, order, status, actor, now, cancellationToken));
        }

        await using var batch = new NpgsqlBatch(connection);
        batch.AppendEvents(events, now);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        relay.Raise();
        return status.Name();
    }

    private static NewEvent Told(Guid id, int version, ShipmentStatusChanged moved) =>
        new(EventTypes.ShipmentStatusChanged, id.ToString(), version, moved);

    private static Shipment Read(NpgsqlDataReader r) =>
        new(
            r.GetGuid(0),
            r.GetGuid(1),
            r.GetInt32(2),
            JsonSerializer.Deserialize<List<ShippedUnits>>(r.GetString(3), JsonSerializerOptions.Web)!
        );
}
