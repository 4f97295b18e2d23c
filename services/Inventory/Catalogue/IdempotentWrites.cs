using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.Messaging;
using Npgsql;

namespace DaprShop.Inventory.Catalogue;

/// <summary>
/// Operators' writes that move no stock, executed once per key: the key and the effect are one statement.
/// </summary>
internal static class IdempotentWrites
{
    private sealed record RecordedRow(bool IsNew);

    private sealed record FingerprintRow(byte[] Fingerprint);

    /// <summary>
    /// Executes <paramref name="writing"/>: common table expressions, of which the first selects from <c>recorded</c>,
    /// which has one row for a new key and none for a repetition. Their parameters begin at <c>$3</c>.
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
        return await RunAsync(batch, key, fingerprint, writing, values, cancellationToken);
    }

    /// <inheritdoc cref="RunAsync(NpgsqlDataSource, string, byte[], string, object[], CancellationToken)"/>
    /// <param name="batch">An empty batch, perhaps of a transaction.</param>
    public static async Task<IdempotentWriteResult> RunAsync(
        NpgsqlBatch batch,
        string key,
        byte[] fingerprint,
        string writing,
        object[] values,
        CancellationToken cancellationToken
    )
    {
        batch.Add(
            $"""
            with recorded as (
                insert into idempotency_keys (owner, key, fingerprint, response) values ('', $1, $2, '{"{}"}')
                on conflict (owner, key) do nothing returning key),
            {writing}
            select count(*) = 1 as is_new from recorded
            """,
            [key, fingerprint, .. values]
        );
        // A second statement: its snapshot contains the key of the concurrent request that the first has waited for.
        batch.Add("select fingerprint from idempotency_keys where owner = '' and key = $1", key);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if ((await reader.ReadAllAsync<RecordedRow>(cancellationToken))[0].IsNew)
            return IdempotentWriteResult.Done;
        var recorded = (await reader.ReadNextAsync<FingerprintRow>(cancellationToken))[0];
        return recorded.Fingerprint.AsSpan().SequenceEqual(fingerprint)
            ? IdempotentWriteResult.Repeated
            : IdempotentWriteResult.OtherRequest;
    }
}

internal enum IdempotentWriteResult
{
    Done,
    Repeated,

    /// <summary>The key was used for another request; nothing was written.</summary>
    OtherRequest,
}
