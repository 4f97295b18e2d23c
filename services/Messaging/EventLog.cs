using System.Diagnostics;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.ServiceDefaults;
using Npgsql;

namespace DaprShop.Messaging;

/// <summary>The service's append-only event log, which is its outbox too.</summary>
public static class EventLog
{
    // The head row is locked until the commit, so positions are dense and in commit order: a reader that saw
    // position n has seen every earlier one. A sequence would number events that commit later, or never.
    private const string Append = """
        with head as (update event_head set position = position + $1 returning position)
        insert into events (position, id, type, subject, version, occurred_at, trace_parent, data)
        select head.position - $1 + e.ordinal, e.id, e.type, e.subject, e.version, $2, $3, e.data::json
        from head, unnest($4::uuid[], $5::text[], $6::text[], $7::int[], $8::text[])
             with ordinality as e(id, type, subject, version, data, ordinal)
        """;

    private const string Select = """
        select position, id, type, subject, version, occurred_at, trace_parent, data::text as data from events
        """;

    private const string Read = $"{Select} where position > $1 order by position limit $2";

    private const string ReadOfSubject = $"{Select} where subject = $1 order by version";

    /// <summary>
    /// Adds the append to <paramref name="batch"/>. It should be the batch's last command: it serialises the writers
    /// until they commit.
    /// </summary>
    public static void AppendEvents(this NpgsqlBatch batch, IReadOnlyList<NewEvent> events, DateTimeOffset now)
    {
        if (events.Count == 0)
            return;
        batch.Add(
            Append,
            (long)events.Count,
            now.UtcDateTime,
            (object?)Activity.Current?.Id ?? DBNull.Value,
            events.Select(_ => Guid.CreateVersion7(now)).ToArray(),
            events.Select(e => e.Type).ToArray(),
            events.Select(e => e.Subject).ToArray(),
            events.Select(e => e.Version).ToArray(),
            events.Select(e => JsonSerializer.Serialize(e.Data, e.Data.GetType(), JsonSerializerOptions.Web)).ToArray()
        );
    }

    /// <summary>
    /// The entries after <paramref name="after"/>, at most <paramref name="limit"/>. In the place of one that cannot be
    /// published stands an <see cref="EventTypes.Unpublishable"/>.
    /// </summary>
    public static async Task<List<LoggedEvent>> ReadEventsAsync(
        this NpgsqlConnection connection,
        long after,
        int limit,
        CancellationToken cancellationToken
    ) => (await connection.QueryAsync<EventRow>(Read, [after, limit], cancellationToken)).ConvertAll(ToEvent);

    /// <summary>All entries of one aggregate, by version.</summary>
    public static async Task<List<LoggedEvent>> ReadEventsOfAsync(
        this NpgsqlConnection connection,
        string subject,
        CancellationToken cancellationToken
    ) => (await connection.QueryAsync<EventRow>(ReadOfSubject, [subject], cancellationToken)).ConvertAll(ToEvent);

    private static LoggedEvent ToEvent(EventRow row)
    {
        var cause = StoredPayload.TryRead(row.Data, out var data);
        var entry = new LoggedEvent(
            row.Position,
            row.Id,
            row.Type,
            row.Subject,
            row.Version,
            row.OccurredAt,
            row.TraceParent,
            data
        );
        return cause is null ? entry : entry.AsUnpublishable(cause);
    }
}
