using System.Text.Json;
using System.Text.Json.Serialization;
using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Npgsql;

namespace DaprShop.Orders.Fulfilment;

/// <summary>A return as its customer asked for it.</summary>
internal sealed record Return(Guid Id, Guid OrderId, int Number, IReadOnlyList<OrderedUnits> Lines, string Reason);

/// <summary>A return that is decided: what is to be done about it.</summary>
/// <param name="Amount">GBP to be refunded.</param>
internal sealed record DecidedReturn(
    Guid Id,
    Guid OrderId,
    int Number,
    IReadOnlyList<DecidedUnits> Decision,
    string? Location,
    decimal Amount,
    string Decider,
    string Reason
);

/// <summary>Returns: requested once per key, decided by one compare-and-set, carried out by whoever claims them, settled once.</summary>
internal sealed class ReturnStore(NpgsqlDataSource database, RelaySignal relay, TimeProvider time)
{
    private const string Select = "select id, order_id, number, lines::text, reason, fingerprint from returns";

    private const string Insert = """
        insert into returns (id, order_id, number, state, lines, reason, caller, key, fingerprint, created_at, due_at, attempts)
        select $1, $2, coalesce(max(number), 0) + 1, 'requested', $3::jsonb, $4, $5, $6, $7, $8, $8, 0 from returns where order_id = $2
        on conflict (caller, key) do nothing returning number
        """;

    // What is decided stands on the order's lines already.
    private const string UnderWay = """
        select u.sku, sum(u.quantity)::int from returns r, jsonb_to_recordset(r.lines) as u(sku text, quantity int)
        where r.order_id = $1 and r.state = 'requested' group by 1
        """;

    private const string Decide = """
        update returns set state = 'decided', decision = $2::jsonb, location = $3, amount = $4, decider = $5, decided_at = $6, due_at = $6
        where id = $1 and state = 'requested' returning id
        """;

    private static readonly string Claim = FulfilmentJobs.Claim(
        "returns",
        ReturnStates.Decided,
        "id, order_id, number, decision::text, location, amount, decider, reason"
    );
    private static readonly string Postpone = FulfilmentJobs.Postpone("returns");
    private static readonly string AddReturned = FulfilmentJobs.AddUnits("returned");
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Asks for a return.</summary>
    /// <param name="owner">Whose order it must be; null where anyone's will do.</param>
    /// <exception cref="ProblemException">404, 409 or 422: there is no such order, or so much of it has not left.</exception>
    public async Task<(Return Return, bool Replayed)> RequestAsync(
        Guid orderId,
        string? owner,
        IReadOnlyList<OrderedUnits> lines,
        string reason,
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
            await OrderLock.TakeAsync(connection, orderId, cancellationToken) is not { } order
            || owner is not null && order.Customer != owner
        )
            throw new ProblemException(Problems.NotFound($"order {orderId}"));
        if (
            await FulfilmentJobs.EarlierAsync(
                connection,
                $"{Select} where caller = $1 and key = $2",
                caller,
                key,
                fingerprint,
                Read,
                cancellationToken
            ) is
            { } earlier
        )
            return (earlier, true);

        var units = await OrderLock.LinesAsync(connection, orderId, cancellationToken);
        var wanted = lines
            .GroupBy(l => l.Sku, StringComparer.Ordinal)
            .Select(g => new OrderedUnits(g.Key, g.Sum(l => l.Quantity)))
            .ToList();
        var underWay = await connection.QueryAsync(
            UnderWay,
            [orderId],
            r => new OrderedUnits(r.GetString(0), r.GetInt32(1)),
            cancellationToken
        );
        if (
            LineUnitRules.Excess(units, [.. wanted, .. underWay.Where(u => wanted.Exists(w => w.Sku == u.Sku))], l =>
                l.ToReturn
            ) is
            { Count: > 0 } excess
        )
            throw new ProblemException(
                Problems.Of(
                    409,
                    "not-returnable",
                    "More than can come back",
                    $"The order is {order.Status.Name()}. Of these SKUs, fewer units have left and are not on their way back already.",
                    ("items", excess),
                    ("status", order.Status.Name())
                )
            );

        var asked = new Return(Guid.CreateVersion7(now), orderId, 0, wanted, reason);
        if (
            await connection.ScalarAsync(
                Insert,
                [
                    asked.Id,
                    orderId,
                    JsonSerializer.Serialize(wanted, Json),
                    reason,
                    caller,
                    key,
                    fingerprint,
                    now.UtcDateTime,
                ],
                cancellationToken
            )
            is not int number
        )
            throw new ProblemException(IdempotencyKey.Conflict(key));
        await TellAsync(
            connection,
            1,
            new ReturnStatusChanged(
                asked.Id,
                orderId,
                number,
                ReturnStates.Requested,
                [.. wanted.Select(w => new ReturnLine(w.Sku, w.Quantity, null))],
                null,
                caller,
                reason
            ),
            now,
            cancellationToken
        );
        await transaction.CommitAsync(cancellationToken);
        relay.Raise();
        return (asked with { Number = number }, false);
    }

    /// <summary>Decides what becomes of the units. The same decision again changes nothing. Answers the amount to be refunded, in GBP.</summary>
    /// <exception cref="ProblemException">404, 409 or 422: there is none, it is decided otherwise, or the decision is about other units.</exception>
    public async Task<decimal> DecideAsync(
        Guid id,
        IReadOnlyList<DecidedUnits> decision,
        string? location,
        string decider,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (
            (await connection.QueryAsync($"{Select} where id = $1", [id], Read, cancellationToken)).FirstOrDefault()
            is not { } asked
        )
            throw new ProblemException(Problems.NotFound($"return {id}"));
        if (ReturnRules.Check(asked.Lines, decision) is { Count: > 0 } complaints)
            throw new ProblemException(Problems.Invalid(complaints));
        await OrderLock.TakeAsync(connection, asked.OrderId, cancellationToken);
        var spread = LineUnitRules.Spread(
            await OrderLock.LinesAsync(connection, asked.OrderId, cancellationToken),
            ReturnRules.Accepted(decision),
            l => l.ToReturn
        );
        var worth = LineUnitRules.Worth(spread);
        if (
            await connection.ScalarAsync(
                Decide,
                [
                    id,
                    JsonSerializer.Serialize(decision, Json),
                    (object?)location ?? DBNull.Value,
                    worth,
                    decider,
                    now.UtcDateTime,
                ],
                cancellationToken
            )
            is null
        )
        {
            var earlier = await connection.QueryAsync(
                "select decision::text, amount, state, location from returns where id = $1",
                [id],
                r =>
                    (
                        Decision: JsonSerializer.Deserialize<List<DecidedUnits>>(r.GetString(0), Json)!,
                        Amount: r.GetDecimal(1),
                        State: r.GetString(2),
                        Location: r.Text(3)
                    ),
                cancellationToken
            );
            return ReturnRules.AreSame(earlier[0].Decision, decision) && earlier[0].Location == location
                ? earlier[0].Amount
                : throw new ProblemException(
                    Problems.Of(
                        409,
                        "already-decided",
                        "Already decided",
                        "Something else was decided about this return.",
                        ("state", earlier[0].State)
                    )
                );
        }

        await connection.ScalarAsync(
            AddReturned,
            [asked.OrderId, spread.Select(s => s.Line.Line).ToArray(), spread.Select(s => s.Units).ToArray()],
            cancellationToken
        );
        await TellAsync(
            connection,
            2,
            Moved(
                new DecidedReturn(id, asked.OrderId, asked.Number, decision, location, worth, decider, asked.Reason),
                ReturnStates.Decided
            ),
            now,
            cancellationToken
        );
        await transaction.CommitAsync(cancellationToken);
        relay.Raise();
        return worth;
    }

    /// <summary>Claims returns that are to be carried out: all that are due, or the one named.</summary>
    public Task<List<DecidedReturn>> ClaimAsync(Guid? id, CancellationToken cancellationToken) =>
        database.QueryAsync(
            Claim,
            [time.GetUtcNow().UtcDateTime, FulfilmentJobs.Lease, (object?)id ?? DBNull.Value],
            r => new DecidedReturn(
                r.GetGuid(0),
                r.GetGuid(1),
                r.GetInt32(2),
                JsonSerializer.Deserialize<List<DecidedUnits>>(r.GetString(3), Json)!,
                r.Text(4),
                r.GetDecimal(5),
                r.GetString(6),
                r.GetString(7)
            ),
            cancellationToken
        );

    /// <summary>Tries one that failed again, after a pause that doubles with each attempt.</summary>
    public Task PostponeAsync(Guid id, CancellationToken cancellationToken) =>
        database.RunAsync(Postpone, [id, time.GetUtcNow().UtcDateTime], cancellationToken);

    /// <summary>Writes that units and money are back. Once: a repetition changes nothing.</summary>
    public async Task SettleAsync(DecidedReturn decided, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (
            await connection.ScalarAsync(
                "update returns set state = 'settled', settled_at = $2 where id = $1 and state = 'decided' returning id",
                [decided.Id, now.UtcDateTime],
                cancellationToken
            )
            is null
        )
            return;
        await TellAsync(connection, 3, Moved(decided, ReturnStates.Settled), now, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        relay.Raise();
    }

    private static ReturnStatusChanged Moved(DecidedReturn r, string state) =>
        new(
            r.Id,
            r.OrderId,
            r.Number,
            state,
            [
                .. r.Decision.Select(d => new ReturnLine(
                    d.Sku,
                    d.Quantity,
                    JsonNamingPolicy.CamelCase.ConvertName(d.Disposition.ToString())
                )),
            ],
            Money.Trim(r.Amount),
            r.Decider,
            r.Reason
        );

    private static async Task TellAsync(
        NpgsqlConnection connection,
        int version,
        ReturnStatusChanged moved,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.AppendEvents([new NewEvent(EventTypes.ReturnStatusChanged, moved.ReturnId.ToString(), version, moved)], now);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static Return Read(NpgsqlDataReader r) =>
        new(
            r.GetGuid(0),
            r.GetGuid(1),
            r.GetInt32(2),
            JsonSerializer.Deserialize<List<OrderedUnits>>(r.GetString(3), Json)!,
            r.GetString(4)
        );
}
