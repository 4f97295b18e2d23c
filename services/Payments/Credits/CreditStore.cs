using System.Security.Cryptography;
using System.Text;
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

/// <summary>Records credits, each once per idempotency key and once per reference, before they are paid out.</summary>
internal sealed class CreditStore(NpgsqlDataSource database, TimeProvider time)
{
    private const string Insert = """
        insert into credits (actor, key, reference, amount, recorded_at) values ($1, $2, $3, $4, $5)
        on conflict do nothing
        returning actor, key, reference, amount, recorded_at
        """;

    private const string Select =
        "select actor, key, reference, amount, recorded_at from credits where actor = $1 and key = $2";

    private const string SelectIsPaid = "select state = 'succeeded' from provider_calls where key = $1";

    /// <summary>
    /// Returns the credit of that key, an earlier one unless the result is <see cref="CreditResult.Given"/>, and the
    /// call that pays out a new one.
    /// </summary>
    public async Task<(CreditResult Result, Credit Credit, ProviderCall? Call)> GiveAsync(
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
            return (isSame ? CreditResult.Replayed : CreditResult.KeyReused, earlier, null);
        }

        var call = ProviderCall.Credit(CallKey(reference), reference, MinorUnits.Round(amount), now);
        try
        {
            await using var batch = new NpgsqlBatch(connection);
            PaymentStore.AddCalls(batch, [call]);
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return (CreditResult.AlreadyCredited, credit, null);
        }

        await transaction.CommitAsync(cancellationToken);
        return (CreditResult.Given, credit, call);
    }

    /// <summary>Whether the provider has paid the reference's credit out.</summary>
    public async Task<bool> IsPaidAsync(string reference, CancellationToken cancellationToken) =>
        (await database.QueryAsync<bool>(SelectIsPaid, [CallKey(reference)], cancellationToken)).SingleOrDefault();

    // One credit per reference, whatever characters the reference has: a header carries the key.
    private static string CallKey(string reference) =>
        "credit-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(reference)))[..32];

    private static async Task<Credit?> FindAsync(
        NpgsqlConnection connection,
        string sql,
        object[] values,
        CancellationToken cancellationToken
    ) => (await connection.QueryAsync<Credit>(sql, values, cancellationToken)).SingleOrDefault();
}
