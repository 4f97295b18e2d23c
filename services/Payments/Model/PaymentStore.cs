using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;
using Npgsql;

namespace DaprShop.Payments.Model;

/// <summary>Payments after a decision, by order id, and the calls to make of the provider now that it is committed.</summary>
internal sealed record DecidedPayments(IReadOnlyDictionary<Guid, Payment> Payments, IReadOnlyList<ProviderCall> Calls);

/// <summary>
/// Locks payments, applies a rule to each, and saves the outcome in one transaction, with no statement per order. Calls
/// to the provider are saved here before they are made, and their answers afterwards.
/// </summary>
internal sealed class PaymentStore(
    NpgsqlDataSource database,
    TimeProvider time,
    RelaySignal relay,
    IFailpoints failpoints
)
{
    // Sorted by order id, here and in Lock: two overlapping calls queue up behind each other instead of deadlocking.
    private const string Insert = """
        insert into payments (order_id, amount, state, reason, attempt, version, refunded_in_parts, refunds_exact,
                              provider_id, ended_at, captured, capturing, released, authorised_until, renew_at,
                              renewals, open_calls)
        select c.order_id, c.amount, c.state, c.reason, c.attempt, c.version, c.refunded_in_parts, c.refunds_exact,
               c.provider_id, c.ended_at, c.captured, c.capturing, c.released, c.authorised_until, c.renew_at,
               c.renewals, c.open_calls
        from unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::int[], $6::numeric[], $7::numeric[],
                    $8::text[], $9::timestamptz[], $10::numeric[], $11::numeric[], $12::numeric[],
                    $13::timestamptz[], $14::timestamptz[], $15::int[], $16::int[], $17::numeric[])
             as c(order_id, state, reason, attempt, version, refunded_in_parts, refunds_exact, provider_id,
                  ended_at, captured, capturing, released, authorised_until, renew_at, renewals, open_calls, amount)
        order by c.order_id
        """;

    // Payment by payment: a plan made while the table is empty would read all of it for any($1).
    internal const string Lock = $"""
        select p.* from (select distinct id from unnest($1::uuid[]) as id order by id) m
        cross join lateral (select {PaymentColumns} from payments where order_id = m.id for update) p
        """;

    private const string Find = $"select {PaymentColumns} from payments where order_id = $1";

    private const string PaymentColumns = """
        order_id, amount, state, reason, attempt, version, refunded_in_parts, refunds_exact, provider_id, ended_at,
        captured, capturing, released, authorised_until, renew_at, renewals, open_calls
        """;

    // any($1) makes the plan use the primary key: a join with unnest alone reads the whole table if planned while it is
    // empty.
    internal const string Update = """
        update payments p
        set state = c.state, reason = c.reason, attempt = c.attempt, version = c.version,
            refunded_in_parts = c.refunded_in_parts, refunds_exact = c.refunds_exact, provider_id = c.provider_id,
            ended_at = c.ended_at, captured = c.captured, capturing = c.capturing, released = c.released,
            authorised_until = c.authorised_until, renew_at = c.renew_at, renewals = c.renewals,
            open_calls = c.open_calls
        from unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::int[], $6::numeric[], $7::numeric[],
                    $8::text[], $9::timestamptz[], $10::numeric[], $11::numeric[], $12::numeric[],
                    $13::timestamptz[], $14::timestamptz[], $15::int[], $16::int[])
             as c(order_id, state, reason, attempt, version, refunded_in_parts, refunds_exact, provider_id,
                  ended_at, captured, capturing, released, authorised_until, renew_at, renewals, open_calls)
        where p.order_id = any($1) and p.order_id = c.order_id
        """;

    private const string CallColumns = """
        key, order_id, reference, operation, amount, token, provider_id, state, reason, is_cancelled, attempts,
        asked_at, due_at, answered_at
        """;

    internal const string FindCall = $"select {CallColumns} from provider_calls where key = $1";

    // Locked after the payments, in order: as every transaction here does.
    internal const string LockCalls = $"""
        select {CallColumns} from provider_calls
        where key = any($1) and state in ('{Open}', '{Processing}') order by key for update
        """;

    // What was captured of each authorisation, less the refunds that were asked for.
    internal const string SelectRefundable = $"""
        select order_id, provider_id, sum(case when operation in ({Captures}) then amount else -amount end) as amount
        from provider_calls
        where order_id = any($1)
          and (operation in ({Captures}) and state = '{Succeeded}'
               or operation in ('{CallNames.Refund}', '{CallNames.PartRefund}'))
        group by order_id, provider_id order by order_id, provider_id
        """;

    private const string InsertCalls = """
        insert into provider_calls (key, order_id, reference, operation, amount, token, provider_id, state, reason,
                                    is_cancelled, attempts, asked_at, due_at)
        select c.key, c.order_id, c.reference, c.operation, c.amount, c.token, c.provider_id, $8, null, false, 1, $9, $10
        from unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::numeric[], $6::text[], $7::text[])
             as c(key, order_id, reference, operation, amount, token, provider_id)
        """;

    private const string UpdateCalls = """
        update provider_calls p
        set state = c.state, reason = c.reason, provider_id = c.provider_id, due_at = c.due_at,
            answered_at = c.answered_at
        from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[])
             as c(key, state, reason, provider_id, due_at, answered_at)
        where p.key = any($1) and p.key = c.key
        """;

    // Due in a moment: a charge in flight may still be answered, and one that is lost must not keep the order waiting.
    internal const string CancelCharges = $"""
        update provider_calls set is_cancelled = true, due_at = least(due_at, $2)
        where order_id = any($1) and state in ('{Open}', '{Processing}')
          and operation in ('{CallNames.Charge}', '{CallNames.Authorise}', '{CallNames.Renewal}')
        """;

    // A claim is a new lease: no other replica looks these calls up meanwhile.
    internal const string ClaimDue = $"""
        update provider_calls set due_at = $2, attempts = attempts + 1
        where key in (
            select key from provider_calls where state in ('{Open}', '{Processing}') and due_at <= $1
            order by due_at limit $3 for update skip locked)
        returning {CallColumns}
        """;

    internal const string EndLeases = $"update provider_calls set due_at = $1 where state = '{Open}' and due_at > $1";

    internal const string MakeDue = $"""
        update provider_calls set due_at = $2 where key = $1 and state in ('{Open}', '{Processing}') and due_at > $2
        """;

    internal const string ClaimRenewals = $"""
        select order_id from payments
        where renew_at <= $1 and state in ('{Authorised}', '{Lapsed}')
        order by renew_at limit $2 for update skip locked
        """;

    // The card that the present authorisation is on.
    internal const string SelectTokens = $"""
        select distinct on (order_id) order_id, token from provider_calls
        where order_id = any($1) and operation in ('{CallNames.Authorise}', '{CallNames.Renewal}')
        order by order_id, asked_at desc
        """;

    internal const string MarkTold =
        $"update payments set renew_at = null where order_id = $1 and attempt = $2 and state = '{Lapsed}'";

    // The provider has told that it ended an authorisation before its time.
    internal const string RenewNow = $"""
        update payments p set renew_at = $2
        from provider_calls c
        where c.key = $1 and c.operation in ('{CallNames.Authorise}', '{CallNames.Renewal}') and p.order_id = c.order_id
          and p.provider_id = c.provider_id and p.state = '{Authorised}' and p.renew_at > $2
        """;

    private const string Authorised = "authorised";
    private const string Lapsed = "lapsed";
    private const string Open = "open";
    private const string Processing = "processing";
    private const string Captures = $"'{CallNames.Charge}', '{CallNames.Capture}', '{CallNames.LastCapture}'";
    private const string Succeeded = "succeeded";
    private static readonly TimeSpan CancelAfter = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Applies <paramref name="decide"/> to each of <paramref name="payments"/> as it is stored, or as it is given where
    /// it is not stored yet.
    /// </summary>
    public async Task<DecidedPayments> DecideAsync(
        IReadOnlyList<Payment> payments,
        Func<Payment, PaymentDecision> decide,
        CancellationToken cancellationToken
    )
    {
        if (payments.Count == 0)
            return new DecidedPayments(new Dictionary<Guid, Payment>(), []);
        while (true)
        {
            try
            {
                return await DecideStoredAsync(payments, decide, cancellationToken);
            }
            catch (PostgresException e) when (IsStoredMeanwhile(e))
            {
                // Another request has stored one of the payments meanwhile: now it is found.
            }
        }
    }

    private static bool IsStoredMeanwhile(PostgresException e) =>
        e is { SqlState: PostgresErrorCodes.UniqueViolation, TableName: "payments" };

    private async Task<DecidedPayments> DecideStoredAsync(
        IReadOnlyList<Payment> payments,
        Func<Payment, PaymentDecision> decide,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var stored = (
            await LockAsync(connection, [.. payments.Select(p => p.OrderId)], cancellationToken)
        ).ToDictionary(p => p.OrderId);
        // The card is that of the request: it is kept with the call that uses it.
        var decisions = payments
            .Select(p => stored.TryGetValue(p.OrderId, out var known) ? known with { Token = p.Token } : p)
            .Select(p => (Before: p, Decision: decide(p).Counted()))
            .ToList();
        await SaveAsync(
            connection,
            [.. decisions.Where(d => d.Decision.Payment != d.Before).Select(d => d.Decision)],
            [],
            stored.ContainsKey,
            cancellationToken
        );
        await failpoints.ReachAsync("payments-before-commit");
        await transaction.CommitAsync(cancellationToken);
        await failpoints.ReachAsync("payments-after-commit");
        if (decisions.Exists(d => d.Decision.Event is not null))
            relay.Raise();
        return new DecidedPayments(
            decisions.ToDictionary(d => d.Before.OrderId, d => d.Decision.Payment),
            [.. decisions.SelectMany(d => d.Decision.Calls)]
        );
    }

    /// <summary>
    /// Applies <paramref name="refund"/> to an order's payment, once per <paramref name="reference"/>: a repeated
    /// request changes nothing. Returns the calls to make; null where <paramref name="refund"/> returns null.
    /// </summary>
    public async Task<IReadOnlyList<ProviderCall>?> RefundPartAsync(
        Guid reference,
        Guid orderId,
        Func<Payment, PaymentDecision?> refund,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if ((await LockAsync(connection, [orderId], cancellationToken)).SingleOrDefault() is not { } payment)
            return null;
        if (await IsRefundedAsync(connection, reference, orderId, cancellationToken))
            return [];
        if (refund(payment)?.Counted() is not { } decision)
            return null;

        await SaveAsync(connection, [decision], [], _ => true, cancellationToken);
        await failpoints.ReachAsync("part-refund-before-commit");
        await transaction.CommitAsync(cancellationToken);
        await failpoints.ReachAsync("part-refund-after-commit");
        relay.Raise();
        return [.. decision.Calls];
    }

    /// <summary>
    /// Applies <paramref name="capture"/> to an order's payment, once per <paramref name="key"/>. Returns the payment
    /// with the call to make, or with the call that was made under this key before; null where there is no payment.
    /// </summary>
    public async Task<(Payment Payment, ProviderCall? Earlier, ProviderCall? Asks)?> CaptureAsync(
        Guid orderId,
        string key,
        Func<Payment, PaymentDecision> capture,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await LockAsync(connection, [orderId], cancellationToken) is not [var payment])
            return null;
        if (await connection.QueryAsync<CallRow>(FindCall, [key], cancellationToken) is [var earlier])
            return (payment, earlier.ToCall(), null);
        var decision = capture(payment).Counted();
        if (decision.Payment == payment)
            return (payment, null, null);
        await SaveAsync(connection, [decision], [], _ => true, cancellationToken);
        await failpoints.ReachAsync("capture-before-commit");
        await transaction.CommitAsync(cancellationToken);
        await failpoints.ReachAsync("capture-after-commit");
        return (decision.Payment, null, decision.Call);
    }

    /// <summary>An order's payment, and the call under <paramref name="key"/>; without locks.</summary>
    public async Task<(Payment Payment, ProviderCall Call)> FindCaptureAsync(
        Guid orderId,
        string key,
        CancellationToken cancellationToken
    )
    {
        var call = (await database.QueryAsync<CallRow>(FindCall, [key], cancellationToken)).Single().ToCall();
        var payment = (await database.QueryAsync<PaymentRow>(Find, [orderId], cancellationToken)).Single();
        return (payment.ToPayment(), call);
    }

    /// <summary>
    /// Records answers of the provider, each once: a call that has a final answer already is left as it is. Returns the
    /// payments of the calls, and the calls that follow.
    /// </summary>
    /// <param name="apply">The rule: gets the stored call, its payment (null for a credit), and the answer.</param>
    public async Task<DecidedPayments> RecordAsync(
        IReadOnlyList<(ProviderCall Call, ProviderAnswer Answer)> answers,
        Func<ProviderCall, Payment?, ProviderAnswer, AnsweredCall> apply,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var orders = answers.Select(a => a.Call.OrderId).OfType<Guid>().Distinct().ToArray();
        var payments = orders.Length == 0 ? [] : await LockAsync(connection, orders, cancellationToken);
        var byOrder = payments.ToDictionary(p => p.OrderId);
        var open = await connection.QueryAsync<CallRow>(
            LockCalls,
            [answers.Select(a => a.Call.Key).ToArray()],
            cancellationToken
        );
        var byKey = answers.ToDictionary(a => a.Call.Key, a => a.Answer);
        var answered = new List<AnsweredCall>();
        foreach (var call in open.Select(row => row.ToCall()))
        {
            var payment = call.OrderId is { } id ? byOrder[id] : null;
            var result = apply(call, payment, byKey[call.Key]);
            result = result with { Decision = result.Decision?.Counted() };
            answered.Add(result);
            if (result.Decision is { } decision)
                byOrder[decision.Payment.OrderId] = decision.Payment;
        }

        await SaveAsync(
            connection,
            [.. answered.Select(a => a.Decision).OfType<PaymentDecision>()],
            answered,
            _ => true,
            cancellationToken
        );
        await failpoints.ReachAsync("answers-before-commit");
        await transaction.CommitAsync(cancellationToken);
        await failpoints.ReachAsync("answers-after-commit");
        relay.Raise();
        return new DecidedPayments(byOrder, [.. answered.SelectMany(a => a.Decision?.Calls ?? [])]);
    }

    /// <summary>
    /// Applies <paramref name="renew"/> to authorised payments whose time has come, with the card of each. Returns the
    /// calls to make, and the lapsed payments of which Orders is to be told.
    /// </summary>
    public async Task<(IReadOnlyList<ProviderCall> Calls, IReadOnlyList<LapsedPayment> Lapsed)> RenewAsync(
        int limit,
        Func<Payment, DateTimeOffset, PaymentDecision> renew,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var due = await connection.QueryAsync<Guid>(ClaimRenewals, [now.UtcDateTime, limit], cancellationToken);
        if (due.Count == 0)
            return ([], []);
        var tokens = (
            await connection.QueryAsync<TokenRow>(SelectTokens, [due.ToArray()], cancellationToken)
        ).ToDictionary(row => row.OrderId, row => row.Token);
        var payments = await LockAsync(connection, [.. due], cancellationToken);
        var decisions = payments
            .Where(p => p.State == PaymentState.Authorised)
            .Select(p => p with { Token = tokens[p.OrderId] })
            .Select(p => (Before: p, Decision: renew(p, now).Counted()))
            .Where(d => d.Decision.Payment != d.Before)
            .Select(d => d.Decision)
            .ToList();
        await SaveAsync(connection, decisions, [], _ => true, cancellationToken);
        await failpoints.ReachAsync("renewing");
        await transaction.CommitAsync(cancellationToken);
        await failpoints.ReachAsync("renewed");
        return (
            [.. decisions.SelectMany(d => d.Calls)],
            [
                .. payments
                    .Where(p => p.State == PaymentState.Lapsed)
                    .Select(p => new LapsedPayment(p.OrderId, p.Attempt)),
            ]
        );
    }

    /// <summary>Records that Orders has acted upon a lapse.</summary>
    public Task MarkToldAsync(LapsedPayment lapsed, CancellationToken cancellationToken) =>
        database.ExecuteAsync(MarkTold, [lapsed.OrderId, lapsed.Attempt], cancellationToken);

    /// <summary>
    /// The authorisation under <paramref name="key"/> has ended at the provider: it is renewed at once. Nothing happens
    /// where the payment has another one, or has ended.
    /// </summary>
    public Task RenewNowAsync(string key, CancellationToken cancellationToken) =>
        database.ExecuteAsync(RenewNow, [key, time.GetUtcNow().UtcDateTime], cancellationToken);

    /// <summary>
    /// Makes every call without an answer due: at a start, the process that made them is gone. Calls that another replica
    /// has in flight are looked up too, which does no harm.
    /// </summary>
    public Task EndLeasesAsync(CancellationToken cancellationToken) =>
        database.ExecuteAsync(EndLeases, [time.GetUtcNow().UtcDateTime], cancellationToken);

    /// <summary>Claims calls without a final answer whose time has come.</summary>
    public async Task<List<ProviderCall>> ClaimDueAsync(int limit, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var rows = await database.QueryAsync<CallRow>(
            ClaimDue,
            [now.UtcDateTime, (now + ProviderCall.Lease).UtcDateTime, limit],
            cancellationToken
        );
        return rows.ConvertAll(row => row.ToCall());
    }

    /// <summary>Lets a call be looked up now, because the provider reported about it.</summary>
    public Task MakeDueAsync(string key, CancellationToken cancellationToken) =>
        database.ExecuteAsync(MakeDue, [key, time.GetUtcNow().UtcDateTime], cancellationToken);

    private static async Task<bool> IsRefundedAsync(
        NpgsqlConnection connection,
        Guid reference,
        Guid orderId,
        CancellationToken cancellationToken
    ) =>
        (await connection.QueryAsync<CallRow>(FindCall, [$"part-refund-{reference}"], cancellationToken)).Count > 0
        // Fractions of a penny may need no call, but they were recorded as an event.
        || await connection.ScalarAsync<bool>(
            $"""
            select exists (
                select from events where subject = $1 and data->>'kind' = '{PaymentKinds.PartlyRefunded}'
                and data->>'reason' = $2)
            """,
            [$"{orderId}", $"return {reference}"],
            cancellationToken
        );

    private static async Task<List<Payment>> LockAsync(
        NpgsqlConnection connection,
        Guid[] orders,
        CancellationToken cancellationToken
    )
    {
        var payments = (await connection.QueryAsync<PaymentRow>(Lock, [orders], cancellationToken)).ConvertAll(row =>
            row.ToPayment()
        );
        var renewed = payments.FindAll(p => p.IsAuthorisedAgain && p.Captured > 0);
        if (renewed.Count == 0)
            return payments;
        var rows = await connection.QueryAsync<RefundableRow>(
            SelectRefundable,
            [renewed.Select(p => p.OrderId).ToArray()],
            cancellationToken
        );
        var byOrder = rows.ToLookup(r => r.OrderId, r => new RefundableMoney(r.ProviderId, r.Amount));
        return payments.ConvertAll(p => p with { Refundable = [.. byOrder[p.OrderId]] });
    }

    /// <summary>Saves decisions and answers.</summary>
    /// <param name="isStored">Whether an order's payment is stored, and locked.</param>
    private async Task SaveAsync(
        NpgsqlConnection connection,
        IReadOnlyList<PaymentDecision> decisions,
        IReadOnlyList<AnsweredCall> answered,
        Func<Guid, bool> isStored,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        await using var batch = new NpgsqlBatch(connection);
        // The last decision about a payment contains the earlier ones.
        var payments = decisions
            .Select(d => d.Payment)
            .GroupBy(p => p.OrderId)
            .Select(g => g.Last())
            .ToLookup(p => isStored(p.OrderId));
        if (payments[false].ToList() is { Count: > 0 } added)
            batch.Add(Insert, [.. Columns(added), added.ConvertAll(p => p.Amount).ToArray()]);
        if (payments[true].ToList() is { Count: > 0 } changed)
            batch.Add(Update, Columns(changed));
        if (answered.Count > 0)
            batch.Add(
                UpdateCalls,
                answered.Select(a => a.Call.Key).ToArray(),
                answered.Select(a => a.Call.State.Name()).ToArray(),
                answered.Select(a => a.Call.Reason).ToArray(),
                answered.Select(a => a.Call.ProviderId).ToArray(),
                answered.Select(a => a.Call.DueAt.UtcDateTime).ToArray(),
                answered.Select(a => a.Call.AnsweredAt?.UtcDateTime).ToArray()
            );
        AddCalls(batch, [.. decisions.SelectMany(d => d.Calls)]);
        if (decisions.Any(d => d.CancelsCharge))
            batch.Add(
                CancelCharges,
                decisions.Where(d => d.CancelsCharge).Select(d => d.Payment.OrderId).ToArray(),
                (now + CancelAfter).UtcDateTime
            );
        batch.AppendEvents(
            [
                .. decisions
                    .Where(d => d.Event is not null)
                    .Select(d => new NewEvent(
                        EventTypes.PaymentRecorded,
                        d.Event!.Reference,
                        d.Payment.Version,
                        d.Event
                    )),
                .. answered
                    .Where(a => a.Call is { Operation: CallOperation.Credit, State: CallState.Succeeded })
                    .Select(a => new NewEvent(
                        EventTypes.PaymentRecorded,
                        a.Call.Reference,
                        1,
                        new PaymentRecorded(a.Call.Reference, PaymentKinds.Credited, a.Call.Amount, null)
                    )),
            ],
            now
        );
        if (batch.BatchCommands.Count > 0)
            await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static object[] Columns(List<Payment> payments) =>
        [
            payments.ConvertAll(p => p.OrderId).ToArray(),
            payments.ConvertAll(p => p.State.Name()).ToArray(),
            payments.ConvertAll(p => p.Reason).ToArray(),
            payments.ConvertAll(p => p.Attempt).ToArray(),
            payments.ConvertAll(p => p.Version).ToArray(),
            payments.ConvertAll(p => p.RefundedInParts).ToArray(),
            payments.ConvertAll(p => p.RefundsExact).ToArray(),
            payments.ConvertAll(p => p.ProviderId).ToArray(),
            payments.ConvertAll(p => p.EndedAt?.UtcDateTime).ToArray(),
            payments.ConvertAll(p => p.Captured).ToArray(),
            payments.ConvertAll(p => p.Capturing).ToArray(),
            payments.ConvertAll(p => p.Released).ToArray(),
            payments.ConvertAll(p => p.AuthorisedUntil?.UtcDateTime).ToArray(),
            payments.ConvertAll(p => p.RenewAt?.UtcDateTime).ToArray(),
            payments.ConvertAll(p => p.Renewals).ToArray(),
            payments.ConvertAll(p => p.OpenCalls).ToArray(),
        ];

    /// <summary>Adds the statement that saves new calls, before they are made.</summary>
    internal static void AddCalls(NpgsqlBatch batch, IReadOnlyList<ProviderCall> calls)
    {
        if (calls.Count == 0)
            return;
        batch.Add(
            InsertCalls,
            calls.Select(c => c.Key).ToArray(),
            calls.Select(c => c.OrderId).ToArray(),
            calls.Select(c => c.Reference).ToArray(),
            calls.Select(c => c.Operation.Name()).ToArray(),
            calls.Select(c => c.Amount).ToArray(),
            calls.Select(c => c.Token).ToArray(),
            calls.Select(c => c.ProviderId).ToArray(),
            CallState.Open.Name(),
            calls[0].AskedAt.UtcDateTime,
            calls[0].DueAt.UtcDateTime
        );
    }

    private sealed record PaymentRow(
        Guid OrderId,
        decimal Amount,
        string State,
        string? Reason,
        int Attempt,
        int Version,
        decimal RefundedInParts,
        decimal RefundsExact,
        string? ProviderId,
        DateTimeOffset? EndedAt,
        decimal Captured,
        decimal Capturing,
        decimal Released,
        DateTimeOffset? AuthorisedUntil,
        DateTimeOffset? RenewAt,
        int Renewals,
        int OpenCalls
    )
    {
        public Payment ToPayment() =>
            new(
                OrderId,
                Amount,
                PaymentStates.Parse(State),
                Reason,
                Attempt,
                Version,
                RefundedInParts,
                RefundsExact,
                ProviderId,
                EndedAt,
                Captured,
                Capturing,
                Released,
                AuthorisedUntil,
                RenewAt,
                Renewals,
                OpenCalls
            );
    }

    private sealed record RefundableRow(Guid OrderId, string ProviderId, decimal Amount);

    private sealed record TokenRow(Guid OrderId, string Token);

    private sealed record CallRow(
        string Key,
        Guid? OrderId,
        string Reference,
        string Operation,
        decimal Amount,
        string? Token,
        string? ProviderId,
        string State,
        string? Reason,
        bool IsCancelled,
        int Attempts,
        DateTimeOffset AskedAt,
        DateTimeOffset DueAt,
        DateTimeOffset? AnsweredAt
    )
    {
        public ProviderCall ToCall() =>
            new(
                Key,
                OrderId,
                Reference,
                CallNames.ParseOperation(Operation),
                Amount,
                Token,
                ProviderId,
                CallNames.ParseState(State),
                Reason,
                IsCancelled,
                Attempts,
                AskedAt,
                DueAt,
                AnsweredAt
            );
    }
}
