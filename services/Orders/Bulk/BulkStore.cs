using System.Text.Json;
using System.Text.Json.Serialization;
using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;
using Npgsql;

namespace DaprShop.Orders.Bulk;

/// <summary>The callers' commands on bulk jobs.</summary>
internal sealed class BulkStore(NpgsqlDataSource database, IFailpoints failpoints, TimeProvider time)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerOptions.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Opens a job, unless the caller has one with that key. Returns true when it is new.</summary>
    public async Task<bool> OpenAsync(
        string caller,
        bool byOperator,
        string key,
        string onError,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        return await database.ExecuteAsync(
                BulkStatements.Open,
                [Guid.CreateVersion7(now), caller, byOperator, key, onError, now.UtcDateTime],
                cancellationToken
            ) == 1;
    }

    /// <summary>
    /// Stores rows; repeated rows change nothing. False: a row differs from the one received before, or the file has
    /// already ended.
    /// </summary>
    public async Task<bool> ReceiveAsync(Guid job, IReadOnlyList<BulkRow> rows, CancellationToken cancellationToken)
    {
        var (numbers, bodies, faults) = (
            rows.Select(r => r.Row).ToArray(),
            rows.Select(r => r.Body).ToArray(),
            rows.Select(r => r.Error).ToArray()
        );
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        object[] values = [job, numbers, bodies, faults];
        var added = await connection.ScalarAsync<int>(BulkStatements.InsertRows, values, cancellationToken);
        if (
            added < rows.Count
            && (await connection.QueryAsync<BulkRow>(BulkStatements.SelectDiffering, values, cancellationToken)).Exists(
                earlier => !IsSame(earlier, rows.First(r => r.Row == earlier.Row))
            )
        )
            return false;
        if (
            added > 0
            && await connection.ExecuteAsync(BulkStatements.CountReceived, [job, added], cancellationToken) == 0
        )
            return false;
        await failpoints.ReachAsync("keeping-rows");
        await transaction.CommitAsync(cancellationToken);
        await failpoints.ReachAsync("kept-rows");
        return true;
    }

    // Two texts of one order: a later release of the gateway may write another JSON for a line of CSV.
    private static bool IsSame(BulkRow earlier, BulkRow row) =>
        earlier is { Body: { } body, Error: null }
        && row is { Body: { } other, Error: null }
        && Read(body) is { } known
        && known == Read(other);

    // Null where the row cannot be read.
    private static (string? Key, string Fingerprint)? Read(string body) =>
        BulkRowParser.Read(body, Json) is { Request: { } request, Errors.Count: 0, Key: var key }
            ? (key, Convert.ToHexString(request.Fingerprint("")))
            : null;

    /// <summary>
    /// Ends the file; the job becomes due. Without effect where it had ended before, or has another number of rows.
    /// </summary>
    public async Task EndAsync(Guid job, int rows, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        await using var batch = database.CreateBatch();
        batch.Add(BulkStatements.End, job, rows, now);
        batch.Add(BulkStatements.Advance, job, now);
        await failpoints.ReachAsync("ending-file");
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await failpoints.ReachAsync("ended-file");
    }

    /// <summary>Pauses or resumes a job: no worker accepts rows of a paused one.</summary>
    public Task PauseAsync(Guid job, bool paused, CancellationToken cancellationToken) =>
        database.ExecuteAsync(BulkStatements.Pause, [job, paused], cancellationToken);

    /// <summary>Ends a job before its rows are decided; without effect where it has ended.</summary>
    public Task AbandonAsync(Guid job, CancellationToken cancellationToken) =>
        database.ExecuteAsync(BulkStatements.Abandon, [job, time.GetUtcNow().UtcDateTime], cancellationToken);

    /// <summary>Requeues a parked row. False: the row is not parked.</summary>
    public async Task<bool> RetryAsync(Guid job, int row, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(BulkStatements.Retry, [job, row], cancellationToken) == 1;
}
