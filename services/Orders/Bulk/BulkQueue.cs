using System.Text.Json;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Npgsql;

namespace DaprShop.Orders.Bulk;

/// <summary>A job with rows to check or accept.</summary>
internal sealed record DueJob(Guid Id, string Caller, bool ByOperator, string Key, string OnError, string State)
{
    /// <summary>True while its rows are checked and not yet accepted.</summary>
    public bool IsChecking => State == BulkStates.Checking;

    /// <summary>The state of its due rows.</summary>
    public string RowState =>
        !IsChecking && OnError == BulkPolicies.RejectEverything ? BulkRowStates.Checked : BulkRowStates.Pending;
}

internal sealed record DueRow(int Row, string? Body, string? Error, int Attempts);

/// <summary>The decision about a row.</summary>
/// <param name="Key">Stored with <paramref name="Fingerprint"/> where the row is only checked.</param>
internal sealed record RowOutcome(
    int Row,
    string State,
    IReadOnlyList<ValidationError> Errors,
    Guid? OrderId = null,
    bool Replayed = false,
    string? Key = null,
    byte[]? Fingerprint = null
);

/// <summary>A key that was used before.</summary>
/// <param name="Row">The row of the same file that uses it; null where an order of the shop does.</param>
internal sealed record KnownKey(string Key, byte[] Fingerprint, int? Row);

/// <summary>The queue of due rows.</summary>
internal sealed class BulkQueue(NpgsqlDataSource database)
{
    /// <summary>Failed transactions after which a row is parked for an operator.</summary>
    public const int MaxAttempts = 3;

    private const int MaxBatchBytes = 1024 * 1024;

    /// <summary>The due job that was served longest ago; null where none is due.</summary>
    public async Task<DueJob?> NextAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        (
            await database.QueryAsync<DueJob>(BulkStatements.Next, [now.UtcDateTime], cancellationToken)
        ).SingleOrDefault();

    /// <summary>The number of orders that the saga can advance, <paramref name="limit"/> at most.</summary>
    public async Task<int> BacklogAsync(int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ScalarAsync<int>(BulkStatements.Backlog, [limit], cancellationToken);
    }

    /// <summary>Claims a batch of the job's rows; no other worker gets them before the transaction ends.</summary>
    public static async Task<List<DueRow>> ClaimAsync(
        NpgsqlConnection connection,
        DueJob job,
        int limit,
        CancellationToken cancellationToken
    )
    {
        await using var batch = new NpgsqlBatch(connection);
        if (job.IsChecking)
            batch.Add(BulkStatements.LockCheck, job.Id);
        batch.Add(BulkStatements.Claim, job.Id, job.RowState, limit, MaxBatchBytes);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        return job.IsChecking
            ? await reader.ReadNextAsync<DueRow>(cancellationToken)
            : await reader.ReadAllAsync<DueRow>(cancellationToken);
    }

    /// <summary>The fingerprints that are known of these keys.</summary>
    public static async Task<ILookup<string, KnownKey>> GetKnownKeysAsync(
        NpgsqlConnection connection,
        DueJob job,
        IEnumerable<string> keys,
        CancellationToken cancellationToken
    ) =>
        (
            await connection.QueryAsync<KnownKey>(
                BulkStatements.SelectKnownKeys,
                [job.Id, job.Caller, keys.ToArray()],
                cancellationToken
            )
        ).ToLookup(k => k.Key);

    /// <summary>The rows of the file that already have one of these orders, by order.</summary>
    public static async Task<Dictionary<Guid, int>> GetRowsOfOrdersAsync(
        NpgsqlConnection connection,
        DueJob job,
        IEnumerable<Guid> orders,
        CancellationToken cancellationToken
    ) =>
        (
            await connection.QueryAsync<RowOfOrder>(
                BulkStatements.SelectRowsOfOrders,
                [job.Id, orders.ToArray()],
                cancellationToken
            )
        ).ToDictionary(r => r.OrderId, r => r.Row);

    /// <summary>
    /// Writes the outcomes and the job's counts. False: the job was paused or changed meanwhile; the caller must not
    /// commit.
    /// </summary>
    public static async Task<bool> WriteAsync(
        NpgsqlConnection connection,
        DueJob job,
        IReadOnlyList<RowOutcome> outcomes,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        await using var count = new NpgsqlBatch(connection);
        count.Add(
            BulkStatements.CountDecided,
            job.Id,
            job.State,
            outcomes.Count(o => o.State == BulkRowStates.Checked),
            outcomes.Count(o => o.State == BulkRowStates.Accepted),
            outcomes.Count(o => o.Replayed),
            outcomes.Count(o => o.State == BulkRowStates.Rejected)
        );
        if (await count.ExecuteNonQueryAsync(cancellationToken) == 0)
            return false;

        await using var batch = new NpgsqlBatch(connection);
        batch.Add(
            BulkStatements.Decide,
            job.Id,
            outcomes.Select(o => o.Row).ToArray(),
            outcomes.Select(o => o.State).ToArray(),
            outcomes.Select(o => o.OrderId).ToArray(),
            outcomes.Select(o => o.Replayed).ToArray(),
            outcomes
                .Select(o => o.Errors.Count == 0 ? null : JsonSerializer.Serialize(o.Errors, JsonSerializerOptions.Web))
                .ToArray(),
            outcomes.Select(o => o.Key).ToArray(),
            outcomes.Select(o => o.Fingerprint).ToArray()
        );
        batch.Add(BulkStatements.Advance, job.Id, now.UtcDateTime);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return true;
    }

    /// <summary>
    /// Counts a failed transaction against its rows, and parks rows that failed too often. The cause is stored without
    /// U+0000, which text columns cannot hold.
    /// </summary>
    public async Task FailAsync(
        DueJob job,
        IReadOnlyList<DueRow> rows,
        string cause,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(
            BulkStatements.Fail,
            job.Id,
            rows.Select(r => r.Row).ToArray(),
            rows.Select(r => r.Attempts).ToArray(),
            MaxAttempts,
            cause.Replace('\0', '\uFFFD')
        );
        batch.Add(BulkStatements.Advance, job.Id, now.UtcDateTime);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private sealed record RowOfOrder(int Row, Guid OrderId);
}
