using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Payments.Domain;
using Npgsql;

namespace DaprShop.Payments.Data;

/// <summary>What became of a credit.</summary>
internal enum CreditResult
{
    Given,
    Replayed,
    OtherBody,
    AlreadyCredited,
}

/// <summary>Gives credits, each once per idempotency key and once per reference.</summary>
internal sealed class CreditStore(NpgsqlDataSource database, TimeProvider time, RelaySignal relay)
{
    private const string Insert = """
        insert into credits (actor, key, reference, amount, booked_at) values ($1, $2, $3, $4, $5) on conflict do nothing
        returning reference, amount, booked_at
        """;

    private const string Read = "select reference, amount, booked_at from credits where actor = $1 and key = $2";

    /// <summary>Answers the credit of that key, which is an older one unless the result is <see cref="CreditResult.Given"/>.</summary>
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
            await ReadAsync(connection, Insert, [actor, key, reference, amount, now.UtcDateTime], cancellationToken)
            is not { } credit
        )
        {
            // A concurrent insert of the same key was waited for, so the row is there.
            var older = (await ReadAsync(connection, Read, [actor, key], cancellationToken))!;
            return (
                older.Reference == reference && older.Amount == amount ? CreditResult.Replayed : CreditResult.OtherBody,
                older
            );
        }

        try
        {
            await using var book = new NpgsqlBatch(connection);
            book.Add(
                "insert into provider_ledger (reference, kind, amount, booked_at) values ($1, $2, $3, $4)",
                reference,
                LedgerKind.Credit,
                amount,
                now.UtcDateTime
            );
            book.AppendEvents(
                [
                    new NewEvent(
                        EventTypes.PaymentRecorded,
                        reference,
                        1,
                        new PaymentRecorded(reference, BookingKind.Credited, amount, null)
                    ),
                ],
                now
            );
            await book.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return (CreditResult.AlreadyCredited, credit);
        }

        await transaction.CommitAsync(cancellationToken);
        relay.Raise();
        return (CreditResult.Given, credit);
    }

    private static async Task<Credit?> ReadAsync(
        NpgsqlConnection connection,
        string sql,
        object[] values,
        CancellationToken cancellationToken
    )
    {
        await using var read = new NpgsqlBatch(connection);
        read.Add(sql, values);
        await using var reader = await read.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new Credit(
                (string)values[0],
                (string)values[1],
                reader.GetString(0),
                reader.GetDecimal(1),
                reader.GetFieldValue<DateTimeOffset>(2)
            )
            : null;
    }
}
