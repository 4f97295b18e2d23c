using DaprShop.Contracts;
using DaprShop.ServiceDefaults;
using Npgsql;

namespace DaprShop.Messaging;

/// <summary>Reads how far the relay has published the event log.</summary>
public static class OutboxQueries
{
    // Counts only events that are not published yet: usually a few.
    private const string State = """
        select h.position as head, c.position as relayed,
               (select count(*)::int from events e where e.position > c.position and e.subject = any($1)) as unpublished
        from event_head h, relay_cursor c
        """;

    /// <summary>The outbox's state; <c>Unpublished</c> counts events of <paramref name="subjects"/> only.</summary>
    public static async Task<OutboxState> GetOutboxStateAsync(
        this NpgsqlDataSource database,
        string[] subjects,
        CancellationToken cancellationToken
    ) => (await database.QueryAsync<OutboxState>(State, [subjects], cancellationToken)).Single();
}
