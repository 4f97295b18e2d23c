using System.Globalization;
using EmbeddedDapr.Hosting;
using Npgsql;

namespace EmbeddedDapr.State;

/// <summary>The table of keys and values.</summary>
internal sealed class StateTable(NpgsqlDataSource database)
{
    private const string Present = "(expires_at is null or expires_at > now())";

    /// <summary>The values of the keys that exist and have not expired.</summary>
    public async Task<Dictionary<string, StateValue>> GetAsync(
        string store,
        string[] keys,
        CancellationToken cancellationToken
    )
    {
        await using var batch = database.CreateBatch();
        batch.Add(
            $"select key, value, etag, expires_at from state where store = $1 and key = any($2) and {Present}",
            store,
            keys
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        return (await reader.ReadRowsAsync<ValueRow>(cancellationToken)).ToDictionary(
            row => row.Key,
            row => new StateValue(row.Value, row.Etag.ToString(CultureInfo.InvariantCulture), row.ExpiresAt)
        );
    }

    /// <summary>
    /// Applies all operations or none, those of one key in their order, each only if its ETag condition holds.
    /// </summary>
    /// <exception cref="StateConflictException">A condition did not hold.</exception>
    /// <exception cref="MalformedETagException">An ETag is not a number.</exception>
    public async Task ApplyAsync(
        string store,
        IReadOnlyList<StateOperation> operations,
        CancellationToken cancellationToken
    )
    {
        if (operations.Count == 0)
            return;
        // Sorted by key, so that no two transactions deadlock; changes of one key keep their order.
        var ordered = operations.OrderBy(o => o.Key, StringComparer.Ordinal).ToList();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var operation in ordered)
            Add(batch, store, operation);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        foreach (var (i, operation) in ordered.Index())
        {
            if (batch.BatchCommands[i].RecordsAffected == 1 || !IsConditional(operation))
                continue;
            throw new StateConflictException(
                operation.ETag is { } etag
                    ? $"state etag not match for key={operation.Key}: expect={etag}"
                    : $"key={operation.Key} already exists and no etag was passed"
            );
        }

        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Deletes expired values.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("delete from state where expires_at <= now()");
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static bool IsConditional(StateOperation operation) =>
        operation.ETag is not null || operation is { FirstWrite: true, Value: not null };

    private static void Add(NpgsqlBatch batch, string store, StateOperation operation)
    {
        object expiry = operation.TimeToLive is { } ttl ? ttl : DBNull.Value;
        switch (operation)
        {
            case { ETag: { } etag, Value: { } value }:
                batch.Add(
                    $"""
                    update state set value = $4, etag = default, expires_at = now() + $5::interval
                    where store = $1 and key = $2 and etag = $3 and {Present}
                    """,
                    store,
                    operation.Key,
                    Version(etag),
                    value,
                    expiry
                );
                break;
            case { ETag: { } etag }:
                batch.Add(
                    $"delete from state where store = $1 and key = $2 and etag = $3 and {Present}",
                    store,
                    operation.Key,
                    Version(etag)
                );
                break;
            case { Value: { } value }:
                batch.Add(
                    $"""
                    insert into state (store, key, value, expires_at) values ($1, $2, $3, now() + $4::interval)
                    on conflict (store, key)
                    do update set value = excluded.value, etag = excluded.etag, expires_at = excluded.expires_at
                    {(operation.FirstWrite ? "where state.expires_at <= now()" : "")}
                    """,
                    store,
                    operation.Key,
                    value,
                    expiry
                );
                break;
            default:
                batch.Add("delete from state where store = $1 and key = $2", store, operation.Key);
                break;
        }
    }

    private static long Version(string etag) =>
        long.TryParse(etag, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : throw new MalformedETagException(etag);

    private sealed record ValueRow(string Key, byte[] Value, long Etag, DateTime? ExpiresAt);
}
