using System.Runtime.InteropServices;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.ServiceDefaults;
using Npgsql;

namespace DaprShop.Messaging;

/// <summary>Counts failed attempts and parks events that fail repeatedly, with the cause, for operators.</summary>
public sealed class DeadLetters(TimeProvider time)
{
    /// <summary>Attempts before an event is parked.</summary>
    public const int MaxAttempts = 5;

    private const string Columns = "id, producer, position, body, cause, details, parked_at";
    private const string List = $"select {Columns} from dead_letters where id > $1 order by id limit $2";
    private const string Count = "select count(*) as parked from dead_letters";
    private const string Remove = $"delete from dead_letters where id = $1 returning {Columns}";
    private const string ClearFailures = "delete from inbox_failures where producer = $1 and position = $2";
    private const string CountFailure = """
        insert into inbox_failures (producer, position, attempts, cause) values ($1, $2, 1, $3)
        on conflict (producer, position) do update set attempts = inbox_failures.attempts + 1, cause = excluded.cause
        returning attempts
        """;
    private const string Park = """
        insert into dead_letters (id, producer, position, body, cause, details, parked_at)
        values ($1, $2, nullif($3, 0), $4, $5, nullif($6, ''), $7)
        """;

    /// <summary>
    /// Counts a failed attempt, in the caller's transaction. Returns true when it was the last attempt: the event is
    /// parked. An event that its producer could not publish has one attempt.
    /// </summary>
    public async Task<bool> ParkIfLastAttemptAsync(
        NpgsqlConnection connection,
        string producer,
        LoggedEvent entry,
        Exception cause,
        CancellationToken cancellationToken
    )
    {
        var sentence = ParkedCause.Of(entry, cause);
        var attempts = await connection.ScalarAsync<int>(
            CountFailure,
            [producer, entry.Position, ParkedText.Of(sentence)],
            cancellationToken
        );
        if (attempts < MaxAttempts && cause is not UnpublishableEventException)
            return false;

        await ParkAsync(
            connection,
            producer,
            entry.Position,
            BodyOf(entry),
            sentence,
            cause.ToString(),
            cancellationToken
        );
        return true;
    }

    /// <summary>Parks a message's text; <paramref name="position"/> is null for an unreadable message.</summary>
    /// <param name="cause">Why it was parked, as a sentence.</param>
    /// <param name="details">What a developer needs to find the cause; empty where there is nothing to add.</param>
    public async Task ParkAsync(
        NpgsqlConnection connection,
        string producer,
        long? position,
        string body,
        string cause,
        string details,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(ClearFailures, producer, position ?? 0L);
        batch.Add(
            Park,
            Guid.CreateVersion7(now),
            producer,
            position ?? 0L,
            ParkedText.Of(body),
            ParkedText.Of(cause),
            ParkedText.Of(details),
            now.UtcDateTime
        );
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static string BodyOf(LoggedEvent entry)
    {
        try
        {
            return JsonSerializer.Serialize(entry, JsonSerializerOptions.Web);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // What cannot be written as JSON is kept as text.
            var data = JsonSerializer.SerializeToElement(ParkedText.Of(JsonMarshal.GetRawUtf8Value(entry.Data)));
            return JsonSerializer.Serialize(entry with { Data = data }, JsonSerializerOptions.Web);
        }
    }

    /// <summary>Parked messages after <paramref name="after"/>, oldest first.</summary>
    internal static Task<List<ParkedMessage>> ListAsync(
        NpgsqlConnection connection,
        Guid after,
        int limit,
        CancellationToken cancellationToken
    ) => connection.QueryAsync<ParkedMessage>(List, [after, limit], cancellationToken);

    /// <summary>The number of parked messages.</summary>
    internal static async Task<long> CountAsync(NpgsqlDataSource database, CancellationToken cancellationToken) =>
        (await database.QueryAsync<long>(Count, [], cancellationToken)).Single();

    /// <summary>
    /// Removes and returns a message, in the caller's transaction if there is one; null when it was removed before.
    /// </summary>
    internal static async Task<ParkedMessage?> RemoveAsync(
        NpgsqlConnection connection,
        Guid id,
        CancellationToken cancellationToken
    ) => (await connection.QueryAsync<ParkedMessage>(Remove, [id], cancellationToken)).SingleOrDefault();
}
