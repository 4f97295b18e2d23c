using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.Orders.Saga;
using DaprShop.ServiceDefaults;
using Npgsql;

namespace DaprShop.Orders.Fulfilment;

/// <summary>A cancellation of units, and what its execution must do.</summary>
/// <param name="Amount">The refund in GBP.</param>
internal sealed record Cancellation(
    Guid Id,
    Guid OrderId,
    int Number,
    string State,
    IReadOnlyList<LineQuantity> Lines,
    decimal Amount,
    string Caller,
    bool ByOperator,
    string? Reason
);

/// <summary>
/// Cancellations of units: taken off the order's lines and its total when they are requested, once per key; executed by
/// the worker that claims them; settled once.
/// </summary>
internal sealed class CancellationStore(
    NpgsqlDataSource database,
    RelaySignal relay,
    DispatchSignal dispatch,
    IFailpoints failpoints,
    TimeProvider time
)
{
    private const string SelectByKey = """
        select id, order_id, number, state, lines::text as lines, amount, caller, by_operator, reason,
               fingerprint
        from cancellations
        where caller = $1 and key = $2
        """;

    private const string SelectPreparing =
        $"select id from shipments where order_id = $1 and state = '{ShipmentStates.Preparing}'";

    private const string CountDispatched =
        $"select count(*) from shipments where order_id = $1 and state = '{ShipmentStates.Dispatched}'";

    // A customer who takes what is there goes without the rest: Inventory decides which units these are.
    private const string IsBeingReduced =
        $"select on_shortage = '{ShortagePolicies.Partial}' from orders where id = $1";

    private const string Insert = """
        insert into cancellations (
            id, order_id, number, state, lines, amount, reason, caller, key, fingerprint, created_at, settled_at, due_at,
            attempts, by_operator)
        select $1, $2, coalesce(max(number), 0) + 1, $3, $4::jsonb, $5, $6, $7, $8, $9, $10, $11::timestamptz, $10, 0, $12
        from cancellations where order_id = $2
        on conflict (caller, key) do nothing returning number
        """;

    private const string SelectTotal = "select total from orders where id = $1";

    private const string UpdateTotal = """
        update orders o
        set total = (select sum((l.quantity - l.cancelled) * l.unit_price) from order_lines l where l.order_id = o.id)
        where o.id = $1
        """;

    private const string Settle = $"""
        update cancellations set state = '{CancellationStates.Settled}', settled_at = $2
        where id = $1 and state = '{CancellationStates.Requested}'
        """;

    private static readonly string AddCancelled = FulfilmentJobs.AddUnits("cancelled");

    public IFulfilmentJobs<Cancellation> Jobs { get; } =
        new FulfilmentJobs<ClaimedCancellation, Cancellation>(
            database,
            time,
            "cancellations",
            CancellationStates.Requested,
            "id, order_id, number, state, lines::text as lines, amount, caller, by_operator, reason",
            r => ToCancellation(r.Id, r.OrderId, r.Number, r.State, r.Lines, r.Amount, r.Caller, r.ByOperator, r.Reason)
        );

    /// <summary>Cancels <paramref name="lines"/> of an order; null: all units that have not left.</summary>
    /// <param name="owner">The required owner of the order; null for any: an operator cancels.</param>
    /// <exception cref="ProblemException">
    /// 404, 409 or 422: there is no such order, or these units of it cannot be cancelled now.
    /// </exception>
    public async Task<(Cancellation Cancellation, bool Replayed)> RequestAsync(
        Guid orderId,
        string? owner,
        IReadOnlyList<NamedUnits>? lines,
        string? reason,
        string caller,
        string key,
        byte[] fingerprint,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (
            await OrderLock.LockAsync(connection, orderId, cancellationToken) is not { } order
            || owner is not null && order.Customer != owner
        )
            throw new ProblemException(Problems.NotFound($"order {orderId}"));
        if (
            await connection.QueryAsync<KeyedCancellation>(SelectByKey, [caller, key], cancellationToken) is [var known]
        )
        {
            FulfilmentJobs.CheckFingerprint(known.Fingerprint, fingerprint, key);
            return (known.ToCancellation(), true);
        }

        await CheckMayCancelAsync(connection, order, cancellationToken);
        var units = await OrderLock.GetLinesAsync(connection, orderId, cancellationToken);
        var found = Find(units, lines);
        var isWhole = CancellationRules.IsWholeOrder(units, found);
        var cancellation = new Cancellation(
            Guid.CreateVersion7(now),
            orderId,
            0,
            isWhole ? CancellationStates.OrderCancelled : CancellationStates.Requested,
            NamedUnitRules.ToQuantities(found),
            !isWhole && CancellationRules.IsPaid(order.Status) ? LineUnitRules.Worth(found) : 0,
            caller,
            owner is null,
            reason
        );
        if (
            await connection.ScalarAsync<int?>(
                Insert,
                [
                    cancellation.Id,
                    orderId,
                    cancellation.State,
                    JsonSerializer.Serialize(cancellation.Lines, JsonSerializerOptions.Web),
                    cancellation.Amount,
                    (object?)reason ?? DBNull.Value,
                    caller,
                    key,
                    fingerprint,
                    now.UtcDateTime,
                    isWhole ? now.UtcDateTime : DBNull.Value,
                    cancellation.ByOperator,
                ],
                cancellationToken
            )
            is not { } number
        )
            throw new ProblemException(IdempotencyKey.Conflict(key));
        cancellation = cancellation with { Number = number };
        if (isWhole)
            await CancelOrderAsync(connection, order, caller, now, cancellationToken);
        else
            await ReduceOrderAsync(connection, order, units, found, cancellation, now, cancellationToken);
        await failpoints.ReachAsync("cancelling-units");
        await transaction.CommitAsync(cancellationToken);
        await failpoints.ReachAsync("cancelled-units");
        if (isWhole)
            dispatch.Raise();
        relay.Raise();
        return (cancellation, false);
    }

    /// <summary>Records that the units are released and the money is refunded. Repeating it changes nothing.</summary>
    public async Task SettleAsync(Cancellation cancellation, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await connection.ExecuteAsync(Settle, [cancellation.Id, now.UtcDateTime], cancellationToken) == 0)
            return;
        await AppendAsync(connection, [Event(2, cancellation, CancellationStates.Settled)], now, cancellationToken);
        await failpoints.ReachAsync("settling-cancellation");
        await transaction.CommitAsync(cancellationToken);
        await failpoints.ReachAsync("settled-cancellation");
        relay.Raise();
    }

    private static async Task CheckMayCancelAsync(
        NpgsqlConnection connection,
        LockedOrder order,
        CancellationToken cancellationToken
    )
    {
        var allowed = OrderActions.CancelUnits;
        if (!allowed.From.Contains(order.Status))
            throw new ProblemException(
                Problems.Of(
                    409,
                    "not-cancellable",
                    "Units of the order cannot be cancelled",
                    $"The order is {order.Status.Name()}. Units of an order can be cancelled while it is: "
                        + $"{string.Join(", ", allowed.FromNames)}.",
                    ("orderStatus", order.Status.Name()),
                    ("allowed", allowed.FromNames)
                )
            );

        if ((await connection.QueryAsync<Guid>(SelectPreparing, [order.Id], cancellationToken)).Count > 0)
            throw new ProblemException(
                Problems.Of(
                    409,
                    "shipment-under-way",
                    "A shipment is being prepared",
                    "A shipment of this order is being prepared. Try again when it has been dispatched.",
                    ("orderStatus", order.Status.Name())
                )
            );
        if (
            order.Status == OrderStatus.Backordered
            && await connection.ScalarAsync<bool>(IsBeingReduced, [order.Id], cancellationToken)
        )
            throw new ProblemException(
                Problems.Of(
                    409,
                    "decision-under-way",
                    "The order is going on with what is there",
                    "It was decided to take what is there: the order goes on without the rest. Try again in a moment.",
                    ("orderStatus", order.Status.Name())
                )
            );
    }

    private static IReadOnlyList<(LineUnits Line, int Units)> Find(
        IReadOnlyList<LineUnits> units,
        IReadOnlyList<NamedUnits>? lines
    )
    {
        if (lines is null)
        {
            var rest = units.Where(l => l.ToShip > 0).Select(l => (l, l.ToShip)).ToList();
            return rest.Count > 0
                ? rest
                : throw new ProblemException(
                    Problems.Of(
                        409,
                        "nothing-to-cancel",
                        "No units are left to cancel",
                        "All units of the order have left or were cancelled. Units that have left can be returned."
                    )
                );
        }

        var found = NamedUnitRules.Find(units, lines, l => l.ToShip);
        if (found.Errors.Count > 0)
            throw new ProblemException(Problems.Invalid(found.Errors));
        if (found.Ambiguous.Count > 0)
            throw new ProblemException(NamedUnitProblems.LineRequired(found.Ambiguous));
        return found.Excess.Count == 0
            ? found.Units
            : throw new ProblemException(
                Problems.Of(
                    409,
                    "too-many",
                    "More units than are left to cancel",
                    "Too few units have neither left nor been cancelled: "
                        + $"{string.Join(", ", found.Excess.Select(e => e.Sku).Distinct())}. "
                        + "Units that have left can be returned.",
                    ("items", found.Excess)
                )
            );
    }

    private static async Task CancelOrderAsync(
        NpgsqlConnection connection,
        LockedOrder order,
        string caller,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        if (await CancelOrder.TryCancelAsync(connection, order, caller, now, cancellationToken) is null)
            throw new ProblemException(CancelOrder.UnderWay(order.Status));
    }

    private static async Task ReduceOrderAsync(
        NpgsqlConnection connection,
        LockedOrder order,
        IReadOnlyList<LineUnits> units,
        IReadOnlyList<(LineUnits Line, int Units)> found,
        Cancellation cancellation,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        await connection.ExecuteAsync(
            AddCancelled,
            [order.Id, found.Select(f => f.Line.Line).ToArray(), found.Select(f => f.Units).ToArray()],
            cancellationToken
        );
        await connection.ExecuteAsync(UpdateTotal, [order.Id], cancellationToken);
        List<NewEvent> events = [Event(1, cancellation, CancellationStates.Requested)];

        // With the last units that had not arrived the order ends; parcels that are on their way end it when they arrive.
        if (
            order.Status == OrderStatus.Shipped
            && CancellationRules.NothingIsLeft(units, found)
            && await connection.ScalarAsync<long>(CountDispatched, [order.Id], cancellationToken) == 0
        )
            events.Add(
                await OrderLock.ChangeStatusAsync(
                    connection,
                    order,
                    OrderStatus.Delivered,
                    cancellation.Caller,
                    now,
                    cancellationToken
                )
            );
        await AppendAsync(connection, events, now, cancellationToken);
    }

    private static NewEvent Event(int version, Cancellation cancellation, string state) =>
        new(
            EventTypes.CancellationStatusChanged,
            cancellation.Id.ToString(),
            version,
            new CancellationStatusChanged(
                cancellation.Id,
                cancellation.OrderId,
                cancellation.Number,
                state,
                [.. cancellation.Lines.Select(l => new CancelledLine(l.Line!.Value, l.Sku, l.Quantity))],
                Money.Normalize(cancellation.Amount),
                cancellation.Caller,
                cancellation.Reason
            )
        );

    private static async Task AppendAsync(
        NpgsqlConnection connection,
        IReadOnlyList<NewEvent> events,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.AppendEvents(events, now);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>GBP, exact, of the units of the order that are not cancelled.</summary>
    public async Task<decimal> FindTotalAsync(Guid orderId, CancellationToken cancellationToken) =>
        (await database.QueryAsync<decimal>(SelectTotal, [orderId], cancellationToken)).Single();

    private static Cancellation ToCancellation(
        Guid id,
        Guid orderId,
        int number,
        string state,
        string lines,
        decimal amount,
        string caller,
        bool byOperator,
        string? reason
    ) =>
        new(
            id,
            orderId,
            number,
            state,
            JsonSerializer.Deserialize<List<LineQuantity>>(lines, JsonSerializerOptions.Web)!,
            amount,
            caller,
            byOperator,
            reason
        );

    private sealed record KeyedCancellation(
        Guid Id,
        Guid OrderId,
        int Number,
        string State,
        string Lines,
        decimal Amount,
        string Caller,
        bool ByOperator,
        string? Reason,
        byte[] Fingerprint
    )
    {
        public Cancellation ToCancellation() =>
            CancellationStore.ToCancellation(Id, OrderId, Number, State, Lines, Amount, Caller, ByOperator, Reason);
    }

    private sealed record ClaimedCancellation(
        Guid Id,
        Guid OrderId,
        int Number,
        string State,
        string Lines,
        decimal Amount,
        string Caller,
        bool ByOperator,
        string? Reason
    );
}
