using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace EmbeddedDapr.Actors;

/// <summary>The reminders in the database.</summary>
internal sealed class Reminders(NpgsqlDataSource database, TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim _changed = new(0, 1);

    public async Task PutAsync(ActorKey actor, string name, Callback callback, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var period = Period.Parse(callback.Period);
        await using var command = database.CreateCommand("""
            insert into actor_reminders (app, type, id, name, version, due, expires, remaining, spec) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            on conflict (app, type, id, name) do update set version = excluded.version, due = excluded.due, expires = excluded.expires,
              remaining = excluded.remaining, spec = excluded.spec
            """);
        Name(command, actor, name);
        Add(command, NpgsqlDbType.Uuid, Guid.CreateVersion7());
        Add(command, NpgsqlDbType.TimestampTz, (Period.ParseTime(callback.DueTime, now) ?? now).UtcDateTime);
        Add(command, NpgsqlDbType.TimestampTz, Period.ParseTime(callback.Ttl, now)?.UtcDateTime);
        Add(command, NpgsqlDbType.Integer, period.Times);
        Add(command, NpgsqlDbType.Bytea, JsonSerializer.SerializeToUtf8Bytes(callback));
        await command.ExecuteNonQueryAsync(cancellationToken);
        Wake();
    }

    public async Task<byte[]?> GetAsync(ActorKey actor, string name, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select spec from actor_reminders where app = $1 and type = $2 and id = $3 and name = $4");
        Name(command, actor, name);
        return (byte[]?)await command.ExecuteScalarAsync(cancellationToken);
    }

    public async Task DeleteAsync(ActorKey actor, string name, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("delete from actor_reminders where app = $1 and type = $2 and id = $3 and name = $4");
        Name(command, actor, name);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The earliest of these apps' reminders.</summary>
    public async Task<List<Reminder>> NextAsync(string[] apps, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "select app, type, id, name, version, due, expires, remaining, spec from actor_reminders where app = any($1) order by due limit $2");
        command.Parameters.Add(new() { Value = apps });
        command.Parameters.Add(new() { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var reminders = new List<Reminder>();
        while (await reader.ReadAsync(cancellationToken))
        {
            reminders.Add(new(
                new(reader.GetString(0), reader.GetString(1), reader.GetString(2)), reader.GetString(3), reader.GetGuid(4),
                new DateTimeOffset(reader.GetDateTime(5)), reader.IsDBNull(6) ? null : new DateTimeOffset(reader.GetDateTime(6)),
                reader.IsDBNull(7) ? null : reader.GetInt32(7), reader.GetFieldValue<byte[]>(8)));
        }
        return reminders;
    }

    /// <summary>Goes on to the next time, or away when there is none; not if it has been registered anew meanwhile.</summary>
    public async Task AdvanceAsync(Reminder reminder, DateTimeOffset? next, int? remaining, CancellationToken cancellationToken)
    {
        var which = "where app = $1 and type = $2 and id = $3 and name = $4 and version = $5";
        await using var command = database.CreateCommand(next is null ? $"delete from actor_reminders {which}" : $"update actor_reminders set due = $6, remaining = $7 {which}");
        Name(command, reminder.Actor, reminder.Name);
        Add(command, NpgsqlDbType.Uuid, reminder.Version);
        if (next is { } due)
        {
            Add(command, NpgsqlDbType.TimestampTz, due.UtcDateTime);
            Add(command, NpgsqlDbType.Integer, remaining);
        }
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public void Wake()
    {
        lock (_changed)
        {
            if (_changed.CurrentCount == 0) _changed.Release();
        }
    }

    public void Dispose() => _changed.Dispose();

    public Task WaitAsync(TimeSpan longest, CancellationToken cancellationToken) => _changed.WaitAsync(longest, cancellationToken);

    private static void Name(NpgsqlCommand command, ActorKey actor, string name)
    {
        foreach (var part in (string[])[actor.App, actor.Type, actor.Id, name]) Add(command, NpgsqlDbType.Text, part);
    }

    private static void Add(NpgsqlCommand command, NpgsqlDbType type, object? value) => command.Parameters.Add(new() { Value = value ?? DBNull.Value, NpgsqlDbType = type });
}

/// <param name="Remaining">Firings still to come; null for no end.</param>
/// <param name="Spec">As it was registered, which is what the app is sent.</param>
internal sealed record Reminder(ActorKey Actor, string Name, Guid Version, DateTimeOffset Due, DateTimeOffset? Expires, int? Remaining, byte[] Spec);
