using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Npgsql;

namespace DaprShop.Orders.Fulfilment;

/// <param name="State">One of <see cref="ShipmentStates"/>.</param>
/// <param name="Payment">One of <see cref="OrderPayments"/>; null where the order's money is captured already.</param>
internal sealed record ShipmentProgress(string State, string? Payment);

/// <summary>What is to be captured before a shipment leaves.</summary>
/// <param name="Total">GBP, exact: the price of all units that have been shipped then.</param>
/// <param name="IsLast">No unit is left to ship then.</param>
internal sealed record ShipmentCharge(decimal Total, bool IsLast);

/// <summary>A shipment as an operator requested it.</summary>
/// <param name="Number">Counts the shipments of the order, from 1.</param>
internal sealed record Shipment(Guid Id, Guid OrderId, int Number, IReadOnlyList<ShippedLine> Lines);

/// <summary>
/// Shipments. To begin one is a compare-and-set on the order: until it has ended, the order cannot be cancelled. A
/// shipment that has begun is executed by the worker that claims it, and retried until it ends. Its end is written
/// once.
/// </summary>
internal sealed class ShipmentStore(NpgsqlDataSource database, RelaySignal relay, TimeProvider time)
{
    private const string SelectByKey = """
        select id, order_id, number, lines::text as lines, fingerprint from shipments where actor = $1 and key = $2
        """;

    private const string SelectById = "select id, order_id, number, lines::text as lines from shipments where id = $1";

    private const string SelectPreparing =
        $"select id from shipments where order_id = $1 and state = '{ShipmentStates.Preparing}'";

    private const string CountOpen = $"""
        select count(*) from shipments
        where order_id = $1 and state in ('{ShipmentStates.Preparing}', '{ShipmentStates.Dispatched}')
        """;

    private const string SelectState = "select state from shipments where id = $1";

    private const string SelectRefusal =
        $"select reason from shipments where id = $1 and state = '{ShipmentStates.Refused}'";

    private const string SelectProgress = """
        select s.state, o.payment from shipments s join orders o on o.id = s.order_id where s.id = $1
        """;

    private const string MarkFailed = $"""
        update orders set payment = '{OrderPayments.CaptureFailed}'
        where id = $1 and payment = '{OrderPayments.Authorised}'
        """;

    // A lapse matters as long as something is left to ship.
    private const string ResetPayment = $"""
        update orders set payment = '{OrderPayments.Authorised}'
        where id = $1
          and (payment = '{OrderPayments.CaptureFailed}'
               or payment = '{OrderPayments.Lapsed}' and not exists (
                   select from order_lines where order_id = $1 and quantity - cancelled > shipped))
        """;

    private const string Insert = $"""
        insert into shipments (
            id, order_id, number, state, lines, actor, key, fingerprint, created_at, due_at, attempts)
        select $1, $2, coalesce(max(number), 0) + 1, '{ShipmentStates.Preparing}', $3::jsonb, $4, $5, $6, $7, $7, 0
        from shipments where order_id = $2
        on conflict (actor, key) do nothing returning number
        """;

    private const string End = $"""
        update shipments
        set state = $2, reason = $3,
            dispatched_at = case when $2 = '{ShipmentStates.Dispatched}' then $4::timestamptz end
        where id = $1 and state = '{ShipmentStates.Preparing}' returning actor
        """;

    private const string Deliver = $"""
        update shipments set state = '{ShipmentStates.Delivered}', delivered_at = $2
        where id = $1 and state = '{ShipmentStates.Dispatched}'
        """;

    private static readonly string AddShipped = FulfilmentJobs.AddUnits("shipped");

    public IFulfilmentJobs<Shipment> Jobs { get; } =
        new FulfilmentJobs<ClaimedShipment, Shipment>(
            database,
            time,
            "shipments",
            ShipmentStates.Preparing,
            "id, order_id, number, lines::text as lines",
            r => ToShipment(r.Id, r.OrderId, r.Number, r.Lines)
        );

    /// <summary>Begins a shipment of <paramref name="lines"/>; null: of all units that have not left.</summary>
    /// <exception cref="ProblemException">
    /// 404, 409 or 422: there is no such order, or it cannot be shipped so.
    /// </exception>
    public async Task<(Shipment Shipment, bool Replayed)> BeginAsync(
        Guid orderId,
        IReadOnlyList<UnitsToShip>? lines,
        string actor,
        string key,
        byte[] fingerprint,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await OrderLock.LockAsync(connection, orderId, cancellationToken) is not { } order)
            throw new ProblemException(Problems.NotFound($"order {orderId}"));
        if (await connection.QueryAsync<KeyedShipment>(SelectByKey, [actor, key], cancellationToken) is [var earlier])
        {
            FulfilmentJobs.CheckFingerprint(earlier.Fingerprint, fingerprint, key);
            return (ToShipment(earlier.Id, earlier.OrderId, earlier.Number, earlier.Lines), true);
        }

        if (order.Status is not (OrderStatus.Confirmed or OrderStatus.Shipped))
            throw new ProblemException(
                Problems.Of(
                    409,
                    "not-shippable",
                    "The order cannot be shipped",
                    $"The order is {order.Status.Name()}; it can be shipped when it is confirmed or shipped in part.",
                    ("orderStatus", order.Status.Name())
                )
            );
        if ((await connection.QueryAsync<Guid>(SelectPreparing, [orderId], cancellationToken)).Count > 0)
            throw new ProblemException(
                Problems.Of(
                    409,
                    "shipment-under-way",
                    "Another shipment is being prepared",
                    "Another shipment of this order is being prepared. Try again when it has been dispatched."
                )
            );

        var units = await OrderLock.GetLinesAsync(connection, orderId, cancellationToken);
        var named = NamedUnitRules.Find(
            units,
            [.. lines?.Where(l => l.Line is not null).Select(l => new NamedUnits(l.Quantity, l.Line, l.Sku)) ?? []],
            l => l.ToShip
        );
        if (named.Errors.Count > 0)
            throw new ProblemException(Problems.Invalid(named.Errors));
        List<ShippedLine> wanted = lines is null
            ? [.. LineUnitRules.All(units, l => l.ToShip).Select(u => new ShippedLine(u.Sku, u.Quantity))]
            :
            [
                .. lines.Select(l => new ShippedLine(
                    l.Sku ?? units.Single(u => u.Line == l.Line).Sku,
                    l.Quantity,
                    l.Location,
                    l.Line
                )),
            ];
        List<Shortage> excess =
        [
            .. named.Excess,
            .. LineUnitRules.Excess(units, wanted.Select(w => new OrderedUnits(w.Sku, w.Quantity)), l => l.ToShip),
        ];
        if (excess.Count > 0)
            throw new ProblemException(
                Problems.Of(
                    409,
                    "too-many",
                    "More units than are left to ship",
                    $"Too few units are left to ship: {string.Join(", ", excess.Select(e => e.Sku).Distinct())}.",
                    ("items", excess)
                )
            );
        if (wanted.Count == 0)
            throw new ProblemException(
                Problems.Of(
                    409,
                    "nothing-to-ship",
                    "No units are left to ship",
                    "All units of the order have been shipped or cancelled."
                )
            );

        var shipment = new Shipment(Guid.CreateVersion7(now), orderId, 0, wanted);
        if (
            await connection.ScalarAsync<int?>(
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
            is not { } number
        )
            throw new ProblemException(IdempotencyKey.Conflict(key));
        await transaction.CommitAsync(cancellationToken);
        return (shipment with { Number = number }, false);
    }

    /// <summary>How far a shipment and the payment of its order are.</summary>
    public async Task<ShipmentProgress> FindProgressAsync(Guid id, CancellationToken cancellationToken) =>
        (await database.QueryAsync<ShipmentProgress>(SelectProgress, [id], cancellationToken)).Single();

    /// <summary>What is to be captured before a shipment of authorised money leaves.</summary>
    public async Task<ShipmentCharge> FindChargeAsync(Shipment shipment, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // Nothing changes these lines meanwhile: one shipment of an order is prepared at a time.
        var lines = await OrderLock.GetLinesAsync(connection, shipment.OrderId, cancellationToken);
        var leaving = Spread(lines, shipment);
        return new ShipmentCharge(
            lines.Sum(l => l.Shipped * l.UnitPrice) + LineUnitRules.Worth(leaving),
            lines.Sum(l => l.ToShip) == leaving.Sum(s => s.Units)
        );
    }

    private static List<(LineUnits Line, int Units)> Spread(IReadOnlyList<LineUnits> lines, Shipment shipment) =>
        NamedUnitRules.Spread(lines, [.. shipment.Lines.Select(l => new LineQuantity(l.Sku, l.Quantity, l.Line))], l =>
            l.ToShip
        );

    /// <summary>
    /// Records that a shipment was dispatched, or the reason why it was refused. Repeating it changes nothing.
    /// </summary>
    /// <param name="isCaptured">False: it was refused because its money could not be captured.</param>
    public async Task EndAsync(
        Shipment shipment,
        string? refused,
        CancellationToken cancellationToken,
        bool isCaptured = true
    )
    {
        var now = time.GetUtcNow();
        var state = refused is null ? ShipmentStates.Dispatched : ShipmentStates.Refused;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var order = (await OrderLock.LockAsync(connection, shipment.OrderId, cancellationToken))!;
        if (
            await connection.ScalarAsync<string>(
                End,
                [shipment.Id, state, (object?)refused ?? DBNull.Value, now.UtcDateTime],
                cancellationToken
            )
            is not { } actor
        )
            return;

        var wanted = shipment.Lines.Select(l => new OrderedUnits(l.Sku, l.Quantity)).ToList();
        List<NewEvent> events =
        [
            Event(1, new ShipmentStatusChanged(shipment.Id, order.Id, shipment.Number, state, wanted, actor, refused)),
        ];
        await using var batch = new NpgsqlBatch(connection);
        if (refused is null)
        {
            var spread = Spread(await OrderLock.GetLinesAsync(connection, order.Id, cancellationToken), shipment);
            batch.Add(
                AddShipped,
                order.Id,
                spread.Select(s => s.Line.Line).ToArray(),
                spread.Select(s => s.Units).ToArray()
            );
            batch.Add(ResetPayment, order.Id);
            if (order.Status == OrderStatus.Confirmed)
                events.Add(
                    await OrderLock.ChangeStatusAsync(
                        connection,
                        order,
                        OrderStatus.Shipped,
                        actor,
                        now,
                        cancellationToken
                    )
                );
        }

        if (!isCaptured)
            batch.Add(MarkFailed, order.Id);
        batch.AppendEvents(events, now);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        relay.Raise();
    }

    /// <summary>The reason why a shipment was refused; null where it was not.</summary>
    public async Task<string?> RefusalAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ScalarAsync<string>(SelectRefusal, [id], cancellationToken);
    }

    /// <summary>
    /// Records the arrival of a shipment, and returns the order's status: with the last unit it becomes delivered.
    /// </summary>
    /// <exception cref="ProblemException">404 or 409: there is no such shipment, or it has not left.</exception>
    public async Task<string> DeliverAsync(Guid id, string actor, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await connection.QueryAsync<ClaimedShipment>(SelectById, [id], cancellationToken) is not [var row])
            throw new ProblemException(Problems.NotFound($"shipment {id}"));
        var shipment = ToShipment(row.Id, row.OrderId, row.Number, row.Lines);
        var order = (await OrderLock.LockAsync(connection, shipment.OrderId, cancellationToken))!;
        if (await connection.ExecuteAsync(Deliver, [id, now.UtcDateTime], cancellationToken) == 0)
        {
            var state = await connection.ScalarAsync<string>(SelectState, [id], cancellationToken);
            return state == ShipmentStates.Delivered
                ? order.Status.Name()
                : throw new ProblemException(
                    Problems.Of(
                        409,
                        "not-dispatched",
                        "The shipment has not left",
                        $"The shipment is {state}.",
                        ("state", state)
                    )
                );
        }

        var lines = shipment.Lines.Select(l => new OrderedUnits(l.Sku, l.Quantity)).ToList();
        List<NewEvent> events =
        [
            Event(
                2,
                new ShipmentStatusChanged(id, order.Id, shipment.Number, ShipmentStates.Delivered, lines, actor, null)
            ),
        ];
        var status = order.Status;
        if (
            status == OrderStatus.Shipped
            && (await OrderLock.GetLinesAsync(connection, order.Id, cancellationToken)).TrueForAll(l => l.ToShip == 0)
            && await connection.ScalarAsync<long>(CountOpen, [order.Id], cancellationToken) == 0
        )
        {
            status = OrderStatus.Delivered;
            events.Add(await OrderLock.ChangeStatusAsync(connection, order, status, actor, now, cancellationToken));
        }

        await using var batch = new NpgsqlBatch(connection);
        batch.AppendEvents(events, now);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        relay.Raise();
        return status.Name();
    }

    private static NewEvent Event(int version, ShipmentStatusChanged change) =>
        new(EventTypes.ShipmentStatusChanged, change.ShipmentId.ToString(), version, change);

    private static Shipment ToShipment(Guid id, Guid orderId, int number, string lines) =>
        new(id, orderId, number, JsonSerializer.Deserialize<List<ShippedLine>>(lines, JsonSerializerOptions.Web)!);

    private sealed record KeyedShipment(Guid Id, Guid OrderId, int Number, string Lines, byte[] Fingerprint);

    private sealed record ClaimedShipment(Guid Id, Guid OrderId, int Number, string Lines);
}
