using System.Text.Json;
using DaprShop.Contracts;
using Npgsql;

namespace DaprShop.Messaging;

/// <summary>Counts failures and parks what keeps failing, with its cause, where operators see it.</summary>
public sealed class DeadLetters(TimeProvider time)
{
    /// <summary>Attempts before an event is parked.</summary>
    public const int MaxAttempts = 5;

    /// <summary>Counts a failure in the caller's transaction. True when that was the last attempt: the event is parked.</summary>
    public async Task<bool> CountAsync(
        NpgsqlConnection connection, string producer, LoggedEvent entry, Exception cause, CancellationToken cancellationToken)
    {
        await using var count = new NpgsqlCommand("""
            insert into intake_failures (producer, position, attempts, cause) values ($1, $2, 1, $3)
            on conflict (producer, position) do update set attempts = intake_failures.attempts + 1, cause = excluded.cause
            returning attempts
            """, connection) { Parameters = { new() { Value = producer }, new() { Value = entry.Position }, new() { Value = cause.Message } } };
        if ((int)(await count.ExecuteScalarAsync(cancellationToken))! < MaxAttempts) return false;

        await ParkAsync(connection, producer, entry.Position, JsonSerializer.Serialize(entry, JsonSerializerOptions.Web), cause.ToString(), cancellationToken);
        return true;
    }

    /// <summary>Parks a message's text; <paramref name="position"/> is null where it could not even be read.</summary>
    public async Task ParkAsync(
        NpgsqlConnection connection, string producer, long? position, string body, string cause, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var batch = new NpgsqlBatch(connection);
        batch.Add("delete from intake_failures where producer = $1 and position = $2", producer, position ?? 0L);
        batch.Add("insert into dead_letters (id, producer, position, body, cause, parked_at) values ($1, $2, nullif($3, 0), $4, $5, $6)",
            Guid.CreateVersion7(now), producer, position ?? 0L, body, cause, now.UtcDateTime);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
