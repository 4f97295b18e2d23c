using System.Diagnostics;
using System.Text.Json;
using DaprShop.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace DaprShop.Messaging;

/// <summary>The service's append-only log of facts, which is its outbox too.</summary>
public static class EventLog
{
    // The head row is locked until the commit, so positions are dense and in commit order: a reader that saw
    // position n has seen all before it. A sequence would number events that commit later, or never.
    private const string Append = """
        with head as (update event_head set position = position + $1 returning position)
        insert into events (position, id, type, subject, version, occurred_at, trace_parent, data)
        select head.position - $1 + e.ordinal, e.id, e.type, e.subject, e.version, $2, $3, e.data::json
        from head, unnest($4::uuid[], $5::text[], $6::text[], $7::int[], $8::text[])
             with ordinality as e(id, type, subject, version, data, ordinal)
        """;

    private const string Read = """
        select position, id, type, subject, version, occurred_at, trace_parent, data::text
        from events where position > $1 order by position limit $2
        """;

    /// <summary>Adds the append to <paramref name="batch"/>. Let it be the batch's last command: it serialises the writers until they commit.</summary>
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

    /// <summary>Adds a command whose one parameter is an array. Without this overload the array would be taken for the parameters.</summary>
    public static void Add(this NpgsqlBatch batch, string sql, string[] value) => batch.Add(sql, [(object)value]);

    /// <summary>Adds a command with positional parameters.</summary>
    public static void Add(this NpgsqlBatch batch, string sql, params ReadOnlySpan<object> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(
                value is DBNull
                    ? new NpgsqlParameter { Value = value, NpgsqlDbType = NpgsqlDbType.Text }
                    : new NpgsqlParameter { Value = value }
            );
        }

        batch.BatchCommands.Add(command);
    }

    /// <summary>The entries after <paramref name="after"/>, at most <paramref name="limit"/>.</summary>
    public static async Task<List<LoggedEvent>> ReadEventsAsync(
        this NpgsqlConnection connection,
        long after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(Read, connection)
        {
            Parameters =
            {
                new() { Value = after },
                new() { Value = limit },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var events = new List<LoggedEvent>();
        while (await reader.ReadAsync(cancellationToken))
        {
            events.Add(
                new LoggedEvent(
                    reader.GetInt64(0),
                    reader.GetGuid(1),
                    reader.GetString(2),
                    reader.GetString(3),
                    reader.GetInt32(4),
                    reader.GetFieldValue<DateTimeOffset>(5),
                    reader.Text(6),
                    JsonElement.Parse(reader.GetString(7))
                )
            );
        }

        return events;
    }
}
