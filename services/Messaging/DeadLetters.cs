using System.Text.Json;
using DaprShop.Contracts;
using Npgsql;

namespace DaprShop.Messaging;

/// <summary>Counts failures and parks what keeps failing, with its cause, where operators see it.</summary>
public sealed class DeadLetters(TimeProvider time)
{
    /// <summary>Attempts before an event is parked.</summary>
    public const int MaxAttempts = 5;

    private const string Columns = "id, producer, position, body, cause, parked_at";

    /// <summary>Counts a failure in the caller's transaction. True when that was the last attempt: the event is parked.</summary>
    public async Task<bool> CountAsync(
        NpgsqlConnection connection,
        string producer,
        LoggedEvent entry,
        Exception cause,
        CancellationToken cancellationToken
    )
    {
        await using var count = new NpgsqlCommand(
            """
            insert into intake_failures (producer, position, attempts, cause) values ($1, $2, 1, $3)
            on conflict (producer, position) do update set attempts = intake_failures.attempts + 1, cause = excluded.cause
            returning attempts
            """,
            connection
        )
        {
            Parameters =
            {
                new() { Value = producer },
                new() { Value = entry.Position },
                new() { Value = cause.Message },
            },
        };
        if ((int)(await count.ExecuteScalarAsync(cancellationToken))! < MaxAttempts)
            return false;

        await ParkAsync(
            connection,
            producer,
            entry.Position,
            JsonSerializer.Serialize(entry, JsonSerializerOptions.Web),
            cause.ToString(),
            cancellationToken
        );
        return true;
    }

    /// <summary>Parks a message's text; <paramref name="position"/> is null where it could not even be read.</summary>
    public async Task ParkAsync(
        NpgsqlConnection connection,
        string producer,
        long? position,
        string body,
        string cause,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        await using var batch = new NpgsqlBatch(connection);
        batch.Add("delete from intake_failures where producer = $1 and position = $2", producer, position ?? 0L);
        batch.Add(
            "insert into dead_letters (id, producer, position, body, cause, parked_at) values ($1, $2, nullif($3, 0), $4, $5, $6)",
            Guid.CreateVersion7(now),
            producer,
            position ?? 0L,
            body,
            cause,
            now.UtcDateTime
        );
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Parked messages after <paramref name="after"/>, oldest first.</summary>
    internal static async Task<List<ParkedMessage>> ListAsync(
        NpgsqlConnection connection,
        Guid after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        await ReadAsync(
            connection,
            $"select {Columns} from dead_letters where id > $1 order by id limit $2",
            cancellationToken,
            after,
            limit
        );

    /// <summary>Takes a message out, in the caller's transaction if there is one; null if somebody else did.</summary>
    internal static async Task<ParkedMessage?> RemoveAsync(
        NpgsqlConnection connection,
        Guid id,
        CancellationToken cancellationToken
    ) =>
        (
            await ReadAsync(
                connection,
                $"delete from dead_letters where id = $1 returning {Columns}",
                cancellationToken,
                id
            )
        ).SingleOrDefault();

    private static Task<List<ParkedMessage>> ReadAsync(
        NpgsqlConnection connection,
        string sql,
        CancellationToken cancellationToken,
        params object[] values
    ) =>
        connection.QueryAsync(
            sql,
            values,
            r => new ParkedMessage(
                r.GetGuid(0),
                r.GetString(1),
                r.IsDBNull(2) ? null : r.GetInt64(2),
                r.GetString(3),
                r.GetString(4),
                r.GetFieldValue<DateTimeOffset>(5)
            ),
            cancellationToken
        );
}
