using System.Text.Json;
using System.Text.Json.Serialization;
using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Npgsql;

namespace DaprShop.Orders.Fulfilment;

/// <summary>A return as its customer requested it.</summary>
/// <param name="Number">Counts the returns of the order, from 1.</param>
internal sealed record RequestedReturn(
    Guid Id,
    Guid OrderId,
    int Number,
    IReadOnlyList<LineQuantity> Lines,
    string Reason
);

/// <summary>A decided return: what its execution must do.</summary>
/// <param name="Amount">The refund in GBP.</param>
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

/// <summary>
/// Returns: requested once per key, decided by one compare-and-set, executed by the worker that claims them, settled
/// once.
/// </summary>
internal sealed class ReturnStore(NpgsqlDataSource database, RelaySignal relay, TimeProvider time)
{
    private const string SelectByKey = """
        select id, order_id, number, lines::text as lines, reason, fingerprint from returns
        where caller = $1 and key = $2
        """;

    private const string SelectById = """
        select id, order_id, number, lines::text as lines, reason, decision::text as decision
        from returns where id = $1
        """;

    private const string SelectDecision =
        "select decision::text as decision, amount, state, location from returns where id = $1";

    private const string Insert = $"""
        insert into returns (
            id, order_id, number, state, lines, reason, caller, key, fingerprint, created_at, due_at, attempts)
        select $1, $2, coalesce(max(number), 0) + 1, '{ReturnStates.Requested}', $3::jsonb, $4, $5, $6, $7, $8, $8, 0
        from returns where order_id = $2
        on conflict (caller, key) do nothing returning number
        """;

    // Decided units are already counted on the order's lines.
    private const string SelectRequestedUnits = $"""
        select u.sku, sum(u.quantity)::int as quantity, u.line
        from returns r, jsonb_to_recordset(r.lines) as u(sku text, quantity int, line int)
        where r.order_id = $1 and r.id <> $2 and r.state = '{ReturnStates.Requested}' group by u.sku, u.line
        """;

    private const string Decide = $"""
        update returns
        set state = '{ReturnStates.Decided}', decision = $2::jsonb, location = $3, amount = $4, decider = $5,
            decided_at = $6, due_at = $6
        where id = $1 and state = '{ReturnStates.Requested}'
        """;

    private const string Settle = $"""
        update returns set state = '{ReturnStates.Settled}', settled_at = $2
        where id = $1 and state = '{ReturnStates.Decided}'
        """;

    private static readonly string AddReturned = FulfilmentJobs.AddUnits("returned");
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public IFulfilmentJobs<DecidedReturn> Jobs { get; } =
        new FulfilmentJobs<ClaimedReturn, DecidedReturn>(
            database,
            time,
            "returns",
            ReturnStates.Decided,
            "id, order_id, number, decision::text as decision, location, amount, decider, reason",
            r => new DecidedReturn(
                r.Id,
                r.OrderId,
                r.Number,
                ReadDecision(r.Decision),
                r.Location,
                r.Amount,
                r.Decider,
                r.Reason
            )
        );

    /// <summary>Requests a return.</summary>
    /// <param name="owner">The required owner of the order; null for any.</param>
    /// <exception cref="ProblemException">
    /// 404, 409 or 422: there is no such order, or fewer units were shipped.
    /// </exception>
    public async Task<(RequestedReturn Return, bool Replayed)> RequestAsync(
        Guid orderId,
        string? owner,
        IReadOnlyList<NamedUnits> lines,
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
            await OrderLock.LockAsync(connection, orderId, cancellationToken) is not { } order
            || owner is not null && order.Customer != owner
        )
            throw new ProblemException(Problems.NotFound($"order {orderId}"));
        if (await connection.QueryAsync<KeyedReturn>(SelectByKey, [caller, key], cancellationToken) is [var earlier])
        {
            FulfilmentJobs.CheckFingerprint(earlier.Fingerprint, fingerprint, key);
            return (ToReturn(earlier.Id, earlier.OrderId, earlier.Number, earlier.Lines, earlier.Reason), true);
        }

        var units = await OrderLock.GetLinesAsync(connection, orderId, cancellationToken);
        var pending = await GetPendingAsync(connection, orderId, Guid.Empty, units, cancellationToken);
        var found = NamedUnitRules.Find(units, lines, l => l.ToReturn - pending.GetValueOrDefault(l.Line));
        if (found.Errors.Count > 0)
            throw new ProblemException(Problems.Invalid(found.Errors));
        if (found.Ambiguous.Count > 0)
            throw new ProblemException(NamedUnitProblems.LineRequired(found.Ambiguous));
        if (found.Excess is { Count: > 0 } excess)
            throw new ProblemException(
                Problems.Of(
                    409,
                    "not-returnable",
                    "More units than can be returned",
                    $"The order is {order.Status.Name()}. Too few units have been shipped and not yet returned: "
                        + $"{string.Join(", ", excess.Select(e => e.Sku))}.",
                    ("items", excess),
                    ("orderStatus", order.Status.Name())
                )
            );

        var wanted = NamedUnitRules.ToQuantities(found.Units);
        var request = new RequestedReturn(Guid.CreateVersion7(now), orderId, 0, wanted, reason);
        if (
            await connection.ScalarAsync<int?>(
                Insert,
                [
                    request.Id,
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
            is not { } number
        )
            throw new ProblemException(IdempotencyKey.Conflict(key));
        await AppendAsync(
            connection,
            1,
            new ReturnStatusChanged(
                request.Id,
                orderId,
                number,
                ReturnStates.Requested,
                [.. wanted.Select(w => new ReturnLine(w.Sku, w.Quantity, null, w.Line))],
                null,
                caller,
                reason
            ),
            now,
            cancellationToken
        );
        await transaction.CommitAsync(cancellationToken);
        relay.Raise();
        return (request with { Number = number }, false);
    }

    /// <summary>Decides a return, and returns the refund in GBP. Repeating the same decision changes nothing.</summary>
    /// <exception cref="ProblemException">
    /// 404, 409 or 422: there is no such return, another decision was made, or the decision names other units.
    /// </exception>
    public async Task<decimal> DecideAsync(
        Guid id,
        IReadOnlyList<NamedDecision> decided,
        string? location,
        string decider,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await connection.QueryAsync<SelectedReturn>(SelectById, [id], cancellationToken) is not [var row])
            throw new ProblemException(Problems.NotFound($"return {id}"));
        var request = ToReturn(row.Id, row.OrderId, row.Number, row.Lines, row.Reason);
        await OrderLock.LockAsync(connection, request.OrderId, cancellationToken);
        var units = await OrderLock.GetLinesAsync(connection, request.OrderId, cancellationToken);
        var pending = await GetPendingAsync(connection, request.OrderId, id, units, cancellationToken);

        // A repetition is compared with the units of the first decision: the order's lines have changed since.
        var requested = row.Decision is { } made
            ? [.. ReadDecision(made).Select(d => new LineQuantity(d.Sku, d.Quantity, d.Line))]
            : NamedUnitRules.ToQuantities(
                NamedUnitRules.Spread(units, request.Lines, l => l.ToReturn - pending.GetValueOrDefault(l.Line))
            );
        var (decision, errors) = ReturnRules.Match(requested, decided, units);
        if (errors.Count > 0)
            throw new ProblemException(Problems.Invalid(errors));
        var accepted = NamedUnitRules.Spread(units, ReturnRules.Accepted(decision), l => l.ToReturn);
        var refund = LineUnitRules.Worth(accepted);
        if (
            await connection.ExecuteAsync(
                Decide,
                [
                    id,
                    JsonSerializer.Serialize(decision, Json),
                    (object?)location ?? DBNull.Value,
                    refund,
                    decider,
                    now.UtcDateTime,
                ],
                cancellationToken
            ) == 0
        )
        {
            var earlier = (await connection.QueryAsync<DecisionRow>(SelectDecision, [id], cancellationToken)).Single();
            return ReturnRules.AreSame(ReadDecision(earlier.Decision), decision) && earlier.Location == location
                ? earlier.Amount
                : throw new ProblemException(
                    Problems.Of(
                        409,
                        "already-decided",
                        "The return is already decided",
                        "Another decision was made about this return.",
                        ("state", earlier.State)
                    )
                );
        }

        await connection.ExecuteAsync(
            AddReturned,
            [request.OrderId, accepted.Select(s => s.Line.Line).ToArray(), accepted.Select(s => s.Units).ToArray()],
            cancellationToken
        );
        var result = new DecidedReturn(
            id,
            request.OrderId,
            request.Number,
            decision,
            location,
            refund,
            decider,
            request.Reason
        );
        await AppendAsync(connection, 2, Event(result, ReturnStates.Decided), now, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        relay.Raise();
        return refund;
    }

    /// <summary>Records that units and money are back. Repeating it changes nothing.</summary>
    public async Task SettleAsync(DecidedReturn decided, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await connection.ExecuteAsync(Settle, [decided.Id, now.UtcDateTime], cancellationToken) == 0)
            return;
        await AppendAsync(connection, 3, Event(decided, ReturnStates.Settled), now, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        relay.Raise();
    }

    private static ReturnStatusChanged Event(DecidedReturn decided, string state) =>
        new(
            decided.Id,
            decided.OrderId,
            decided.Number,
            state,
            [
                .. decided.Decision.Select(d => new ReturnLine(
                    d.Sku,
                    d.Quantity,
                    JsonNamingPolicy.CamelCase.ConvertName(d.Disposition.ToString()),
                    d.Line
                )),
            ],
            Money.Normalize(decided.Amount),
            decided.Decider,
            decided.Reason
        );

    private static async Task AppendAsync(
        NpgsqlConnection connection,
        int version,
        ReturnStatusChanged change,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.AppendEvents(
            [new NewEvent(EventTypes.ReturnStatusChanged, change.ReturnId.ToString(), version, change)],
            now
        );
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static RequestedReturn ToReturn(Guid id, Guid orderId, int number, string lines, string reason) =>
        new(id, orderId, number, JsonSerializer.Deserialize<List<LineQuantity>>(lines, Json)!, reason);

    private static List<DecidedUnits> ReadDecision(string json) =>
        JsonSerializer.Deserialize<List<DecidedUnits>>(json, Json)!;

    /// <summary>Units of the other returns that await a decision, by line.</summary>
    private static async Task<Dictionary<int, int>> GetPendingAsync(
        NpgsqlConnection connection,
        Guid orderId,
        Guid except,
        IReadOnlyList<LineUnits> lines,
        CancellationToken cancellationToken
    )
    {
        var requested = await connection.QueryAsync<LineQuantity>(
            SelectRequestedUnits,
            [orderId, except],
            cancellationToken
        );
        return NamedUnitRules.Spread(lines, requested, l => l.ToReturn).ToDictionary(s => s.Line.Line, s => s.Units);
    }

    private sealed record KeyedReturn(
        Guid Id,
        Guid OrderId,
        int Number,
        string Lines,
        string Reason,
        byte[] Fingerprint
    );

    private sealed record SelectedReturn(
        Guid Id,
        Guid OrderId,
        int Number,
        string Lines,
        string Reason,
        string? Decision
    );

    private sealed record DecisionRow(string Decision, decimal Amount, string State, string? Location);

    private sealed record ClaimedReturn(
        Guid Id,
        Guid OrderId,
        int Number,
        string Decision,
        string? Location,
        decimal Amount,
        string Decider,
        string Reason
    );
}
