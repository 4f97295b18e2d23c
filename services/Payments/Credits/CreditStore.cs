using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Payments.Model;
using Npgsql;

namespace DaprShop.Payments.Credits;

/// <summary>Outcome of <see cref="CreditStore.GiveAsync"/>.</summary>
internal enum CreditResult
{
    /// <summary>The credit is new.</summary>
    Given,

    /// <summary>The same request was made before under this key.</summary>
    Replayed,

    /// <summary>Another request was made before under this key.</summary>
    KeyReused,

    /// <summary>The reference was credited under another key.</summary>
    AlreadyCredited,
}

/// <summary>Pays credits out, each once per idempotency key and once per reference.</summary>
internal sealed class CreditStore(NpgsqlDataSource database, TimeProvider time, RelaySignal relay)
{
    private const string Insert = """
        insert into credits (actor, key, reference, amount, recorded_at) values ($1, $2, $3, $4, $5)
        on conflict do nothing
        returning actor, key, reference, amount, recorded_at
        """;

    private const string Select =
        "select actor, key, reference, amount, recorded_at from credits where actor = $1 and key = $2";

    private const string Post =
        "insert into provider_ledger (reference, kind, amount, recorded_at) values ($1, $2, $3, $4)";

    /// <summary>
    /// Returns the credit of that key: an earlier one unless the result is <see cref="CreditResult.Given"/>.
    /// </summary>
    public async Task<(CreditResult Result, Credit Credit)> GiveAsync(
        string actor,
        string key,
        string reference,
        decimal amount,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (
            await FindAsync(connection, Insert, [actor, key, reference, amount, now.UtcDateTime], cancellationToken)
            is not { } credit
        )
        {
            // The insert waited for a concurrent insert of the same key to commit, so the row is visible.
            var earlier = (await FindAsync(connection, Select, [actor, key], cancellationToken))!;
            var isSame = earlier.Reference == reference && earlier.Amount == amount;
            return (isSame ? CreditResult.Replayed : CreditResult.KeyReused, earlier);
        }

        try
        {
            await using var batch = new NpgsqlBatch(connection);
            batch.Add(Post, reference, LedgerKinds.Credit, amount, now.UtcDateTime);
            batch.AppendEvents(
                [
                    new NewEvent(
                        EventTypes.PaymentRecorded,
                        reference,
                        1,
                        new PaymentRecorded(reference, PaymentKinds.Credited, amount, null)
                    ),
                ],
                now
            );
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return (CreditResult.AlreadyCredited, credit);
        }

        await transaction.CommitAsync(cancellationToken);
        relay.Raise();
        return (CreditResult.Given, credit);
    }

    private static async Task<Credit?> FindAsync(
        NpgsqlConnection connection,
        string sql,
        object[] values,
        CancellationToken cancellationToken
    ) => (await connection.QueryAsync<Credit>(sql, values, cancellationToken)).SingleOrDefault();
}
