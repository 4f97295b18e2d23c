using System.Text.Json;
using EmbeddedDapr.Hosting;
using Npgsql;
using NpgsqlTypes;

namespace EmbeddedDapr.Actors;

/// <summary>The reminders of all actors.</summary>
internal sealed class ReminderStore(NpgsqlDataSource database, TimeProvider clock) : IDisposable
{
    // A reminder that a killed process was firing is fired again after this; a living process renews it every poll.
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);

    private readonly SemaphoreSlim _changed = new(0, 1);

    public async Task PutAsync(ActorKey actor, string name, ActorCallback callback, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var period = RepeatInterval.Parse(callback.Period);
        await using var command = database.CreateCommand(
            """
            insert into actor_reminders (app, type, id, name, version, due, expires, remaining, spec)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            on conflict (app, type, id, name) do update
            set version = excluded.version, due = excluded.due, expires = excluded.expires,
                remaining = excluded.remaining, spec = excluded.spec, leased_until = null
            """
        );
        Name(command, actor, name);
        Add(command, NpgsqlDbType.Uuid, Guid.CreateVersion7());
        Add(command, NpgsqlDbType.TimestampTz, (RepeatInterval.ParseTime(callback.DueTime, now) ?? now).UtcDateTime);
        Add(command, NpgsqlDbType.TimestampTz, RepeatInterval.ParseTime(callback.Ttl, now)?.UtcDateTime);
        Add(command, NpgsqlDbType.Integer, period.Times);
        Add(command, NpgsqlDbType.Bytea, JsonSerializer.SerializeToUtf8Bytes(callback));
        await command.ExecuteNonQueryAsync(cancellationToken);
        Wake();
    }

    public async Task<byte[]?> GetAsync(ActorKey actor, string name, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "select spec from actor_reminders where app = $1 and type = $2 and id = $3 and name = $4"
        );
        Name(command, actor, name);
        return (byte[]?)await command.ExecuteScalarAsync(cancellationToken);
    }

    public async Task DeleteAsync(ActorKey actor, string name, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "delete from actor_reminders where app = $1 and type = $2 and id = $3 and name = $4"
        );
        Name(command, actor, name);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// Leases the due reminders of these apps, and returns them with the time when the next one is due. No other
    /// process gets them until the lease ends.
    /// </summary>
    /// <param name="firing">Versions of the reminders that this process is firing: their leases are renewed.</param>
    public async Task<(List<Reminder> Due, DateTimeOffset? Next)> LeaseAsync(
        string[] apps,
        Guid[] firing,
        int limit,
        CancellationToken cancellationToken
    )
    {
        await using var batch = database.CreateBatch();
        if (firing.Length > 0)
            batch.Add(
                """
                update actor_reminders set leased_until = now() + $2
                where version = any($1) and leased_until is not null
                """,
                firing,
                Lease
            );
        batch.Add(
            """
            with due as (
                select app, type, id, name from actor_reminders
                where app = any($1) and due <= $2 and (leased_until is null or leased_until <= now())
                order by due limit $3 for update skip locked)
            update actor_reminders r set leased_until = now() + $4 from due
            where r.app = due.app and r.type = due.type and r.id = due.id and r.name = due.name
            returning r.app, r.type, r.id, r.name, r.version, r.due, r.expires, r.remaining, r.spec
            """,
            apps,
            clock.GetUtcNow().UtcDateTime,
            limit,
            Lease
        );
        batch.Add(
            "select due from actor_reminders where app = any($1) and leased_until is null order by due limit 1",
            [apps]
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var due = (await reader.ReadRowsAsync<ReminderRow>(cancellationToken)).ConvertAll(row => row.ToReminder());
        await reader.NextResultAsync(cancellationToken);
        var next = await reader.ReadRowsAsync<DateTime>(cancellationToken);
        return (due, next is [var at] ? new DateTimeOffset(at) : null);
    }

    /// <summary>
    /// Sets the next due time, or deletes the reminder when there is none. Does nothing if it was registered again.
    /// </summary>
    public async Task AdvanceAsync(
        Reminder reminder,
        DateTimeOffset? next,
        int? remaining,
        CancellationToken cancellationToken
    )
    {
        var condition = "where app = $1 and type = $2 and id = $3 and name = $4 and version = $5";
        await using var command = database.CreateCommand(
            next is null
                ? $"delete from actor_reminders {condition}"
                : $"update actor_reminders set due = $6, remaining = $7, leased_until = null {condition}"
        );
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
            if (_changed.CurrentCount == 0)
                _changed.Release();
        }
    }

    public void Dispose() => _changed.Dispose();

    public Task WaitAsync(TimeSpan longest, CancellationToken cancellationToken) =>
        _changed.WaitAsync(longest, cancellationToken);

    private static void Name(NpgsqlCommand command, ActorKey actor, string name)
    {
        foreach (var part in (string[])[actor.App, actor.Type, actor.Id, name])
            Add(command, NpgsqlDbType.Text, part);
    }

    private static void Add(NpgsqlCommand command, NpgsqlDbType type, object? value) =>
        command.Parameters.Add(new() { Value = value ?? DBNull.Value, NpgsqlDbType = type });

    private sealed record ReminderRow(
        string App,
        string Type,
        string Id,
        string Name,
        Guid Version,
        DateTime Due,
        DateTime? Expires,
        int? Remaining,
        byte[] Spec
    )
    {
        public Reminder ToReminder() =>
            new(
                new(App, Type, Id),
                Name,
                Version,
                new DateTimeOffset(Due),
                Expires is { } expires ? new DateTimeOffset(expires) : null,
                Remaining,
                Spec
            );
    }
}

/// <param name="Remaining">How many firings remain; null: unlimited.</param>
/// <param name="Spec">The registration as the app sent it; the app receives it at each firing.</param>
internal sealed record Reminder(
    ActorKey Actor,
    string Name,
    Guid Version,
    DateTimeOffset Due,
    DateTimeOffset? Expires,
    int? Remaining,
    byte[] Spec
);
