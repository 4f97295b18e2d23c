using DaprShop.ServiceDefaults;
using Npgsql;

namespace DaprShop.Orders.Fulfilment;

/// <summary>
/// Shipments, cancellations or returns: rows that a worker claims for a time, executes, and retries after a pause.
/// </summary>
internal interface IFulfilmentJobs<TJob>
{
    /// <summary>Claims jobs to execute: all that are due, or the one named.</summary>
    Task<List<TJob>> ClaimAsync(Guid? id, CancellationToken cancellationToken);

    /// <summary>Retries a job after a pause that doubles with each attempt: from 250 ms to 30 s.</summary>
    Task PostponeAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>
    /// Makes claimed jobs due: at a start, the process that claimed them is gone. One that another replica executes is
    /// executed twice, which does no harm.
    /// </summary>
    Task EndLeasesAsync(CancellationToken cancellationToken);
}

/// <param name="state">The state of jobs that are to be executed.</param>
/// <param name="columns">Those of <typeparamref name="TRow"/>.</param>
internal sealed class FulfilmentJobs<TRow, TJob>(
    NpgsqlDataSource database,
    TimeProvider time,
    string table,
    string state,
    string columns,
    Converter<TRow, TJob> toJob
) : IFulfilmentJobs<TJob>
    where TRow : class
{
    private readonly string _claim = $"""
        update {table} set attempts = attempts + 1, due_at = $1::timestamptz + $2 where id in (
            select id from {table}
            where state = '{state}' and due_at <= $1 and ($3::uuid is null or id = $3::uuid)
            order by due_at limit 20 for update skip locked)
        returning {columns}
        """;

    // The exponent is limited because 2 ^ 1,024 is out of range.
    private readonly string _postpone = $"""
        update {table} set due_at = $2::timestamptz + interval '250 ms' * least(2 ^ least(attempts, 7), 120)
        where id = $1
        """;

    private readonly string _endLeases = $"update {table} set due_at = $1 where state = '{state}' and due_at > $1";

    public async Task<List<TJob>> ClaimAsync(Guid? id, CancellationToken cancellationToken) =>
        (
            await database.QueryAsync<TRow>(
                _claim,
                [time.GetUtcNow().UtcDateTime, FulfilmentJobs.Lease, (object?)id ?? DBNull.Value],
                cancellationToken
            )
        ).ConvertAll(toJob);

    public Task PostponeAsync(Guid id, CancellationToken cancellationToken) =>
        database.ExecuteAsync(_postpone, [id, time.GetUtcNow().UtcDateTime], cancellationToken);

    public Task EndLeasesAsync(CancellationToken cancellationToken) =>
        database.ExecuteAsync(_endLeases, [time.GetUtcNow().UtcDateTime], cancellationToken);
}

/// <summary>What shipments, cancellations and returns share.</summary>
internal static class FulfilmentJobs
{
    /// <summary>A worker has this long to execute a claimed job; then another worker may claim it.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    /// <summary>Adds the units $3 to <paramref name="column"/> of the lines $2 of order $1.</summary>
    public static string AddUnits(string column) =>
        $"""
            update order_lines l set {column} = l.{column} + u.units from unnest($2::int[], $3::int[]) as u(line, units)
            where l.order_id = $1 and l.line = u.line
            """;

    /// <summary>Checks that a repeated <paramref name="key"/> came with an equal request.</summary>
    /// <exception cref="ProblemException">422: it came with another request.</exception>
    public static void CheckFingerprint(byte[] known, byte[] fingerprint, string key)
    {
        if (!known.AsSpan().SequenceEqual(fingerprint))
            throw new ProblemException(IdempotencyKey.Conflict(key));
    }
}
