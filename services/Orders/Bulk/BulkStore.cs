using DaprShop.Contracts;
using DaprShop.Messaging;
using Npgsql;

namespace DaprShop.Orders.Bulk;

/// <summary>What callers do with bulk jobs.</summary>
internal sealed class BulkStore(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>Opens a job, unless the caller has one of that key. True when it is new.</summary>
    public async Task<bool> OpenAsync(
        string caller,
        bool byOperator,
        string key,
        string onError,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        return await database.RunAsync(
                BulkStatements.Open,
                [Guid.CreateVersion7(now), caller, byOperator, key, onError, now.UtcDateTime],
                cancellationToken
            ) == 1;
    }

    /// <summary>Keeps the rows; those that are there already change nothing. False: one of them is another than before, or comes after the end.</summary>
    public async Task<bool> ReceiveAsync(Guid job, IReadOnlyList<BulkRow> rows, CancellationToken cancellationToken)
    {
        var (numbers, bodies, faults) = (
            rows.Select(r => r.Row).ToArray(),
            rows.Select(r => r.Body).ToArray(),
            rows.Select(r => r.Fault).ToArray()
        );
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var insert = new NpgsqlBatch(connection);
        insert.Add(BulkStatements.InsertRows, job, numbers, bodies, faults);
        var added = (int)(await insert.ExecuteScalarAsync(cancellationToken))!;
        await using var check = new NpgsqlBatch(connection);
        if (added < rows.Count)
            check.Add(BulkStatements.Differing, job, numbers, bodies, faults);
        if (added < rows.Count && await check.ExecuteScalarAsync(cancellationToken) is not null)
            return false;
        await using var grow = new NpgsqlBatch(connection);
        if (added > 0)
            grow.Add(BulkStatements.Grow, job, added);
        if (added > 0 && await grow.ExecuteNonQueryAsync(cancellationToken) == 0)
            return false;
        await Steps.ReachAsync("keeping-rows");
        await transaction.CommitAsync(cancellationToken);
        await Steps.ReachAsync("kept-rows");
        return true;
    }

    /// <summary>The file has come to its end; the job becomes due. Without effect where it had before, or has another number of rows.</summary>
    public async Task EndAsync(Guid job, int rows, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        await using var batch = database.CreateBatch();
        batch.Add(BulkStatements.End, job, rows, now);
        batch.Add(BulkStatements.Advance, job, now);
        await Steps.ReachAsync("ending-file");
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await Steps.ReachAsync("ended-file");
    }

    /// <summary>From the answer on no worker accepts another row of it, or some may again.</summary>
    public Task PauseAsync(Guid job, bool paused, CancellationToken cancellationToken) =>
        database.RunAsync(BulkStatements.Pause, [job, paused], cancellationToken);

    /// <summary>Lets a parked row be tried again. False: it is not parked.</summary>
    public async Task<bool> RetryAsync(Guid job, int row, CancellationToken cancellationToken) =>
        await database.RunAsync(BulkStatements.Retry, [job, row], cancellationToken) == 1;
}
