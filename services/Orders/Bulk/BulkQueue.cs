using System.Text.Json;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Npgsql;

namespace DaprShop.Orders.Bulk;

/// <summary>A job that a worker may go on with.</summary>
internal sealed record DueJob(Guid Id, string Caller, bool ByOperator, string Key, string OnError, string State)
{
    /// <summary>Its rows are looked at, not accepted yet.</summary>
    public bool IsChecking => State == BulkStates.Checking;

    /// <summary>The state of the rows that are due.</summary>
    public string RowState =>
        !IsChecking && OnError == BulkPolicies.RejectEverything ? BulkRowStates.Checked : BulkRowStates.Pending;
}

internal sealed record DueRow(int Row, string? Body, string? Fault, int Attempts);

/// <summary>What became of a row. <paramref name="Key"/> and <paramref name="Fingerprint"/> are remembered where rows are only checked.</summary>
internal sealed record RowOutcome(
    int Row,
    string State,
    IReadOnlyList<ValidationError> Errors,
    Guid? OrderId = null,
    bool Replayed = false,
    string? Key = null,
    byte[]? Fingerprint = null
);

/// <summary>The rows that workers have before them.</summary>
internal sealed class BulkQueue(NpgsqlDataSource database)
{
    /// <summary>Failed transactions, after which a row is an operator's.</summary>
    public const int MaxAttempts = 3;

    private const int MaxStretchBytes = 1024 * 1024;

    /// <summary>The job that has waited longest; null when there is nothing to do.</summary>
    public async Task<DueJob?> NextAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        (
            await database.QueryAsync(
                BulkStatements.Next,
                [now.UtcDateTime],
                r => new DueJob(
                    r.GetGuid(0),
                    r.GetString(1),
                    r.GetBoolean(2),
                    r.GetString(3),
                    r.GetString(4),
                    r.GetString(5)
                ),
                cancellationToken
            )
        ).SingleOrDefault();

    /// <summary>How many orders the saga has before it, <paramref name="limit"/> at most.</summary>
    public async Task<int> BacklogAsync(int limit, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.Add(BulkStatements.Backlog, limit);
        return (int)(await batch.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>A stretch of the job's rows, which nobody else gets before the transaction ends.</summary>
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
        batch.Add(BulkStatements.Claim, job.Id, job.RowState, limit, MaxStretchBytes);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (job.IsChecking)
            await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAllAsync(
            r => new DueRow(r.GetInt32(0), r.Text(1), r.Text(2), r.GetInt32(3)),
            cancellationToken
        );
    }

    /// <summary>What stands behind these keys already.</summary>
    public static async Task<ILookup<string, byte[]>> KnownAsync(
        NpgsqlConnection connection,
        DueJob job,
        IEnumerable<string> keys,
        CancellationToken cancellationToken
    ) =>
        (
            await connection.QueryAsync(
                BulkStatements.KnownKeys,
                [job.Id, job.Caller, keys.ToArray()],
                r => (Key: r.GetString(0), Fingerprint: r.GetFieldValue<byte[]>(1)),
                cancellationToken
            )
        ).ToLookup(k => k.Key, k => k.Fingerprint);

    /// <summary>Writes the outcomes and the job's counts. False: the job is paused, or not any more what it was; nothing may be committed.</summary>
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
            BulkStatements.Count,
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

    /// <summary>Counts a failed transaction against its rows, and parks who failed too often. Whatever the cause says is kept, without the character that no database keeps.</summary>
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
}
