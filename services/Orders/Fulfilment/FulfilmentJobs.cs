using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Fulfilment;

/// <summary>
/// The statements that shipments, cancellations and returns share: all are rows that a worker claims for a time, executes, and
/// retries after a pause.
/// </summary>
internal static class FulfilmentJobs
{
    /// <summary>A worker has this long to execute a claimed job; then another worker may claim it.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    /// <summary>Claims, at $1 and for $2, due jobs in <paramref name="state"/>, or the one with the id $3.</summary>
    public static string Claim(string table, string state, string columns) =>
        $"""
            update {table} set attempts = attempts + 1, due_at = $1::timestamptz + $2 where id in (
                select id from {table}
                where state = '{state}' and due_at <= $1 and ($3::uuid is null or id = $3::uuid)
                order by due_at limit 20 for update skip locked)
            returning {columns}
            """;

    /// <summary>
    /// Retries job $1 some time after $2: 250 ms, doubling with each attempt, 30 s at most. The exponent is limited
    /// because 2 ^ 1,024 is out of range.
    /// </summary>
    public static string Postpone(string table) =>
        $"""
            update {table} set due_at = $2::timestamptz + interval '250 ms' * least(2 ^ least(attempts, 7), 120)
            where id = $1
            """;

    /// <summary>
    /// Makes jobs in <paramref name="state"/> due at $1: at a start, the process that claimed them is gone. One that another
    /// replica executes is executed twice, which does no harm.
    /// </summary>
    public static string EndLeases(string table, string state) =>
        $"update {table} set due_at = $1 where state = '{state}' and due_at > $1";

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
