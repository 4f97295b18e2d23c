using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;
using Npgsql;

namespace DaprShop.Payments.Model;

/// <summary>
/// Locks payments, applies a rule to each, and saves the outcome in one transaction, with no statement per order.
/// </summary>
internal sealed class PaymentStore(
    NpgsqlDataSource database,
    TimeProvider time,
    RelaySignal relay,
    IFailpoints failpoints
)
{
    // Sorted by order id, here and in Lock: two overlapping calls queue up behind each other instead of deadlocking.
    private const string InsertMissing = """
        insert into payments (order_id, amount, token, state, charge_attempts, version)
        select m.order_id, m.amount, m.token, $4, 0, 0
        from unnest($1::uuid[], $2::numeric[], $3::text[]) as m(order_id, amount, token)
        order by m.order_id
        on conflict do nothing
        """;

    internal const string Lock = """
        select order_id, amount, token, state, reason, charge_attempts, version, refunded_in_parts
        from payments where order_id = any($1) order by order_id for update
        """;

    // A statement of its own, after Lock: only its snapshot is sure to include the ledger rows of a transaction that
    // Lock has waited for.
    internal const string SelectCharged =
        $"select reference from provider_ledger where reference = any($1) and kind = '{LedgerKinds.Charge}'";

    internal const string SelectPartRefund =
        $"select count(*) from provider_ledger where reference = $1 and kind = '{LedgerKinds.PartRefund}'";

    internal const string WasCharged =
        "select exists (select from payments where order_id = $1 and charge_attempts > 0)";

    // any($1) makes the plan use the primary key: a join with unnest alone reads the whole table if planned while it is
    // empty.
    internal const string Update = """
        update payments p
        set state = c.state, reason = c.reason, charge_attempts = c.charge_attempts, version = c.version,
            refunded_in_parts = c.refunded_in_parts
        from unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::int[], $6::numeric[])
             as c(order_id, state, reason, charge_attempts, version, refunded_in_parts)
        where p.order_id = any($1) and p.order_id = c.order_id
        """;

    private const string Post = """
        insert into provider_ledger (reference, kind, amount, recorded_at)
        select l.reference, l.kind, l.amount, $4
        from unnest($1::text[], $2::text[], $3::numeric[]) as l(reference, kind, amount)
        """;

    /// <summary>
    /// Applies <paramref name="decide"/> to each of <paramref name="payments"/> as it is stored (inserted first where
    /// it is missing). Returns the payments after it, by order id.
    /// </summary>
    /// <param name="decide">
    /// The rule: gets the stored payment, and whether the provider's ledger has its charge.
    /// </param>
    public async Task<Dictionary<Guid, Payment>> DecideAsync(
        IReadOnlyList<Payment> payments,
        Func<Payment, bool, PaymentDecision> decide,
        CancellationToken cancellationToken
    )
    {
        if (payments.Count == 0)
            return [];
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var decisions = (await LockAsync(connection, payments, cancellationToken)).ConvertAll(p =>
            (Before: p.Payment, Decision: decide(p.Payment, p.Charged))
        );
        var changes = decisions.Where(d => d.Decision.Payment != d.Before).Select(d => d.Decision).ToList();
        if (changes.Count > 0)
        {
            await using var batch = new NpgsqlBatch(connection);
            AddChanges(batch, changes);
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        await failpoints.ReachAsync("payments-before-commit");
        await transaction.CommitAsync(cancellationToken);
        await failpoints.ReachAsync("payments-after-commit");
        if (changes.Exists(c => c.Event is not null))
            relay.Raise();
        return decisions.ToDictionary(d => d.Before.OrderId, d => d.Decision.Payment);
    }

    /// <summary>
    /// Applies <paramref name="refund"/> to an order's payment, once per <paramref name="reference"/>: a repeated
    /// request changes nothing and returns true. False where <paramref name="refund"/> returns null.
    /// </summary>
    public async Task<bool> RefundPartAsync(
        Guid reference,
        Guid orderId,
        Func<Payment, PaymentDecision?> refund,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (payment, _) = (await LockAsync(connection, [Payment.New(orderId, 0, "")], cancellationToken)).Single();
        var posted = await connection.ScalarAsync<long>(SelectPartRefund, [reference.ToString()], cancellationToken);
        if (posted > 0)
            return true;
        if (refund(payment) is not { } decision)
            return false;

        await using var batch = new NpgsqlBatch(connection);
        AddChanges(batch, [decision], reference.ToString());
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await failpoints.ReachAsync("part-refund-before-commit");
        await transaction.CommitAsync(cancellationToken);
        await failpoints.ReachAsync("part-refund-after-commit");
        relay.Raise();
        return true;
    }

    /// <summary>Whether a charge of the order was ever requested from the provider.</summary>
    public async Task<bool> WasChargeRequestedAsync(Guid orderId, CancellationToken cancellationToken) =>
        (await database.QueryAsync<bool>(WasCharged, [orderId], cancellationToken)).Single();

    private static async Task<List<(Payment Payment, bool Charged)>> LockAsync(
        NpgsqlConnection connection,
        IReadOnlyList<Payment> payments,
        CancellationToken cancellationToken
    )
    {
        var ids = payments.Select(p => p.OrderId).ToArray();
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(
            InsertMissing,
            ids,
            payments.Select(p => p.Amount).ToArray(),
            payments.Select(p => p.Token).ToArray(),
            ChargeState.Pending.Name()
        );
        batch.Add(Lock, ids);
        batch.Add(SelectCharged, ids.Select(id => id.ToString()).ToArray());
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var locked = await reader.ReadAllAsync<PaymentRow>(cancellationToken);
        var charged = (await reader.ReadNextAsync<string>(cancellationToken)).ToHashSet();
        return locked.ConvertAll(row => (ToPayment(row), charged.Contains(row.OrderId.ToString())));
    }

    private static Payment ToPayment(PaymentRow row) =>
        new(
            row.OrderId,
            row.Amount,
            row.Token,
            ChargeStates.Parse(row.State),
            row.Reason,
            row.ChargeAttempts,
            row.Version,
            row.RefundedInParts
        );

    private void AddChanges(NpgsqlBatch batch, List<PaymentDecision> changes, string? reference = null)
    {
        var now = time.GetUtcNow();
        var payments = changes.ConvertAll(c => c.Payment);
        batch.Add(
            Update,
            payments.Select(p => p.OrderId).ToArray(),
            payments.Select(p => p.State.Name()).ToArray(),
            payments.Select(p => p.Reason).ToArray(),
            payments.Select(p => p.ChargeAttempts).ToArray(),
            payments.Select(p => p.Version).ToArray(),
            payments.Select(p => p.RefundedInParts).ToArray()
        );

        var postings = changes
            .SelectMany(c =>
                c.Postings.Select(p => (Reference: reference ?? c.Payment.OrderId.ToString(), p.Kind, p.Amount))
            )
            .ToList();
        if (postings.Count > 0)
            batch.Add(
                Post,
                postings.Select(p => p.Reference).ToArray(),
                postings.Select(p => p.Kind).ToArray(),
                postings.Select(p => p.Amount).ToArray(),
                now.UtcDateTime
            );

        batch.AppendEvents(
            [
                .. changes
                    .Where(c => c.Event is not null)
                    .Select(c => new NewEvent(
                        EventTypes.PaymentRecorded,
                        c.Event!.Reference,
                        c.Payment.Version,
                        c.Event
                    )),
            ],
            now
        );
    }

    private sealed record PaymentRow(
        Guid OrderId,
        decimal Amount,
        string Token,
        string State,
        string? Reason,
        int ChargeAttempts,
        int Version,
        decimal RefundedInParts
    );
}
