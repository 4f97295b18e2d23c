using DaprShop.Contracts;
using Npgsql;

namespace DaprShop.Messaging;

/// <summary>Tells how far the relay has come.</summary>
public static class Outbox
{
    // Only what is not relayed yet is looked at: a few rows as a rule.
    private const string State = """
        select h.position, c.position, (select count(*)::int from events e where e.position > c.position and e.subject = any($1))
        from event_head h, relay_cursor c
        """;

    /// <summary>The outbox, with what it still holds of <paramref name="subjects"/>.</summary>
    public static async Task<OutboxState> OutboxAsync(
        this NpgsqlDataSource database,
        string[] subjects,
        CancellationToken cancellationToken
    )
    {
        await using var command = database.CreateCommand(State);
        command.Parameters.Add(new() { Value = subjects });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new OutboxState(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt32(2));
    }
}
