using DaprShop.Messaging;
using DaprShop.ServiceDefaults;
using Npgsql;

namespace DaprShop.Orders.Fulfilment;

/// <summary>What shipments and returns have alike: rows that are asked for once per key, claimed for a time, tried again after a pause, and counted on their order's lines.</summary>
internal static class FulfilmentJobs
{
    /// <summary>Whoever claims one has so long to carry it out, before somebody else tries.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    /// <summary>Claims, at $1 and for $2, those in <paramref name="state"/> that are due, or the one with the id $3.</summary>
    public static string Claim(string table, string state, string columns) =>
        $"""
            update {table} set attempts = attempts + 1, due_at = $1::timestamptz + $2 where id in (
                select id from {table} where state = '{state}' and due_at <= $1 and ($3::uuid is null or id = $3::uuid) order by due_at limit 20 for update skip locked)
            returning {columns}
            """;

    /// <summary>Tries $1 again some time after $2: a quarter of a second, doubling with each attempt, half a minute at most. However many they were: 2 ^ 1,024 is no number.</summary>
    public static string Postpone(string table) =>
        $"update {table} set due_at = $2::timestamptz + interval '250 ms' * least(2 ^ least(attempts, 7), 120) where id = $1";

    /// <summary>Adds the units $3 to <paramref name="column"/> of the lines $2 of order $1.</summary>
    public static string AddUnits(string column) =>
        $"""
            update order_lines l set {column} = l.{column} + u.units from unnest($2::int[], $3::int[]) as u(line, units)
            where l.order_id = $1 and l.line = u.line
            """;

    /// <summary>What <paramref name="select"/> finds of the caller $1 and the key $2, with its fingerprint as the last column; null where the key is new.</summary>
    /// <exception cref="ProblemException">422: the key stands for something else.</exception>
    public static async Task<T?> EarlierAsync<T>(
        NpgsqlConnection connection,
        string select,
        string caller,
        string key,
        byte[] fingerprint,
        Func<NpgsqlDataReader, T> map,
        CancellationToken cancellationToken
    )
        where T : class
    {
        var earlier = await connection.QueryAsync(
            select,
            [caller, key],
            r => (Errand: map(r), Fingerprint: r.GetFieldValue<byte[]>(r.FieldCount - 1)),
            cancellationToken
        );
        if (earlier.Count == 0)
            return null;
        return earlier[0].Fingerprint.AsSpan().SequenceEqual(fingerprint)
            ? earlier[0].Errand
            : throw new ProblemException(IdempotencyKey.Conflict(key));
    }
}
