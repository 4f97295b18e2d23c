using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Payments.Domain;
using Npgsql;

namespace DaprShop.Payments.Data;

/// <summary>Carries out the same decision for many orders in one transaction, with no statement per order.</summary>
internal sealed class PaymentStore(NpgsqlDataSource database, TimeProvider time, RelaySignal relay)
{
    // In order id order, here and in Lock: two overlapping calls queue up behind each other instead of deadlocking.
    private const string Mention = """
        insert into payments (order_id, amount, token, state, asks, version)
        select m.order_id, m.amount, m.token, 'pending', 0, 0
        from unnest($1::uuid[], $2::numeric[], $3::text[]) as m(order_id, amount, token)
        order by m.order_id
        on conflict do nothing
        """;

    private const string Lock = """
        select order_id, amount, token, state, reason, asks, version, returned
        from payments where order_id = any($1) order by order_id for update
        """;

    // A statement of its own, after Lock: only its snapshot surely holds what the transaction booked that Lock has waited for.
    private const string Charged =
        "select reference from provider_ledger where reference = any($1) and kind = 'charge'";

    private const string Change = """
        update payments p set state = c.state, reason = c.reason, asks = c.asks, version = c.version, returned = c.returned
        from unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::int[], $6::numeric[]) as c(order_id, state, reason, asks, version, returned)
        where p.order_id = c.order_id
        """;

    private const string Book = """
        insert into provider_ledger (reference, kind, amount, booked_at)
        select l.reference, l.kind, l.amount, $4 from unnest($1::text[], $2::text[], $3::numeric[]) as l(reference, kind, amount)
        """;

    /// <summary>Applies <paramref name="decide"/> to each payment, unknown ones as <paramref name="mentioned"/>, and answers them as they are then.</summary>
    public async Task<Dictionary<Guid, Payment>> DecideAsync(
        IReadOnlyList<Payment> mentioned,
        Func<Payment, bool, Decision> decide,
        CancellationToken cancellationToken
    )
    {
        if (mentioned.Count == 0)
            return [];
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var decisions = (await LockAsync(connection, mentioned, cancellationToken)).ConvertAll(p =>
            (Before: p.Payment, Decision: decide(p.Payment, p.Charged))
        );
        var changes = decisions.Where(d => d.Decision.Payment != d.Before).Select(d => d.Decision).ToList();
        if (changes.Count > 0)
        {
            await using var batch = new NpgsqlBatch(connection);
            AddChanges(batch, changes);
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        await Steps.ReachAsync("paying");
        await transaction.CommitAsync(cancellationToken);
        await Steps.ReachAsync("paid");
        if (changes.Exists(c => c.Fact is not null))
            relay.Raise();
        return decisions.ToDictionary(d => d.Before.OrderId, d => d.Decision.Payment);
    }

    /// <summary>Gives a part of an order's money back, once per reference; false where so much of it is not there.</summary>
    public async Task<bool> RefundPartAsync(
        Guid reference,
        Guid orderId,
        decimal amount,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (payment, _) = (await LockAsync(connection, [Payment.Unknown(orderId, 0, "")], cancellationToken)).Single();
        await using var known = new NpgsqlBatch(connection);
        known.Add(
            "select count(*) from provider_ledger where reference = $1 and kind = $2",
            reference.ToString(),
            LedgerKind.PartRefund
        );
        if (await known.ExecuteScalarAsync(cancellationToken) is 1L)
            return true;
        if (Charging.RefundPart(payment, amount, $"return {reference}") is not { } decision)
            return false;

        await using var batch = new NpgsqlBatch(connection);
        AddChanges(batch, [decision], reference.ToString());
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await Steps.ReachAsync("refunding-part");
        await transaction.CommitAsync(cancellationToken);
        await Steps.ReachAsync("refunded-part");
        relay.Raise();
        return true;
    }

    private static async Task<List<(Payment Payment, bool Charged)>> LockAsync(
        NpgsqlConnection connection,
        IReadOnlyList<Payment> mentioned,
        CancellationToken cancellationToken
    )
    {
        var ids = mentioned.Select(p => p.OrderId).ToArray();
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(Mention, ids, mentioned.Select(p => p.Amount).ToArray(), mentioned.Select(p => p.Token).ToArray());
        batch.Add(Lock, ids);
        batch.Add(Charged, (object)ids.Select(id => id.ToString()).ToArray());
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var payments = new List<Payment>(ids.Length);
        while (await reader.ReadAsync(cancellationToken))
        {
            payments.Add(
                new Payment(
                    reader.GetGuid(0),
                    reader.GetDecimal(1),
                    reader.GetString(2),
                    reader.GetString(3).ToChargeState(),
                    reader.Text(4),
                    reader.GetInt32(5),
                    reader.GetInt32(6),
                    reader.GetDecimal(7)
                )
            );
        }

        var charged = new HashSet<string>();
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            charged.Add(reader.GetString(0));
        return payments.ConvertAll(p => (p, charged.Contains(p.OrderId.ToString())));
    }

    private void AddChanges(NpgsqlBatch batch, List<Decision> changes, string? reference = null)
    {
        var now = time.GetUtcNow();
        var payments = changes.ConvertAll(c => c.Payment);
        batch.Add(
            Change,
            payments.Select(p => p.OrderId).ToArray(),
            payments.Select(p => p.State.ToText()).ToArray(),
            payments.Select(p => p.Reason).ToArray(),
            payments.Select(p => p.Asks).ToArray(),
            payments.Select(p => p.Version).ToArray(),
            payments.Select(p => p.Returned).ToArray()
        );

        var booked = changes
            .SelectMany(c =>
                c.Books.Select(b => (Reference: reference ?? c.Payment.OrderId.ToString(), b.Kind, b.Amount))
            )
            .ToList();
        if (booked.Count > 0)
            batch.Add(
                Book,
                booked.Select(b => b.Reference).ToArray(),
                booked.Select(b => b.Kind).ToArray(),
                booked.Select(b => b.Amount).ToArray(),
                now.UtcDateTime
            );

        batch.AppendEvents(
            [
                .. changes
                    .Where(c => c.Fact is not null)
                    .Select(c => new NewEvent(EventTypes.PaymentRecorded, c.Fact!.Reference, c.Payment.Version, c.Fact)),
            ],
            now
        );
    }
}
