using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.Messaging;
using Npgsql;

namespace DaprShop.Inventory.Catalogue;

/// <summary>The house's writes that move no stock, once per key: the key and the effect are one statement.</summary>
internal static class IdempotentWrites
{
    /// <summary>
    /// Carries out <paramref name="writing"/>: common table expressions, of which the first selects from <c>recorded</c>, whose one row is there
    /// only the first time. Their parameters begin at <c>$3</c>.
    /// </summary>
    public static async Task<IdempotentWriteResult> RunAsync(
        NpgsqlDataSource database,
        string key,
        byte[] fingerprint,
        string writing,
        object[] values,
        CancellationToken cancellationToken
    )
    {
        await using var batch = database.CreateBatch();
        batch.Add(
            $"""
            with recorded as (
                insert into idempotency_keys (owner, key, fingerprint, response) values ('', $1, $2, '{"{}"}')
                on conflict (owner, key) do nothing returning key),
            {writing}
            select count(*) = 1 from recorded
            """,
            [key, fingerprint, .. values]
        );
        // A statement of its own: only its snapshot surely holds the rival's key that the first has waited for.
        batch.Add("select fingerprint from idempotency_keys where owner = '' and key = $1", key);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        if (reader.GetBoolean(0))
            return IdempotentWriteResult.Done;
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return reader.GetFieldValue<byte[]>(0).AsSpan().SequenceEqual(fingerprint)
            ? IdempotentWriteResult.Repeated
            : IdempotentWriteResult.OtherRequest;
    }
}

internal enum IdempotentWriteResult
{
    Done,
    Repeated,

    /// <summary>The key names another request; nothing was written.</summary>
    OtherRequest,
}
