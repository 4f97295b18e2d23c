using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Migrations;

namespace DaprShop.Messaging;

/// <summary>The tables of messaging, as part of each service's model and migrations.</summary>
public static class MessagingModel
{
    /// <summary>The event log, its head, and the relay's cursor: for a service that publishes events.</summary>
    /// <param name="bySubject">
    /// A <c>like</c> pattern of the event types that are also read by subject; each of their versions is unique. Null:
    /// none.
    /// </param>
    public static void AddEventLog(this ModelBuilder model, string? bySubject = null)
    {
        model.Entity<EventRow>(e =>
        {
            e.ToTable("events").HasKey(x => x.Position);
            e.Property(x => x.Position).ValueGeneratedNever();
            e.Property(x => x.Data).HasColumnType("json");
            if (bySubject is not null)
                e.HasIndex(x => new { x.Subject, x.Version })
                    .IsUnique()
                    .HasFilter($"type like '{bySubject}'")
                    .HasDatabaseName("ix_events_subject");
        });
        model.Entity<EventHead>(e =>
        {
            e.ToTable("event_head", t => t.HasCheckConstraint("one_row", "id = 1")).HasKey(x => x.Id);
            e.Property(x => x.Id).ValueGeneratedNever();
            e.HasData(new EventHead(1, 0));
        });
        model.Entity<RelayCursor>(e =>
        {
            e.ToTable("relay_cursor").HasKey(x => x.Id);
            e.Property(x => x.Id).ValueGeneratedNever();
            e.HasData(new RelayCursor(1, 0));
        });
    }

    /// <summary>Watermarks, failures and dead letters: for a service that consumes events.</summary>
    public static void AddInbox(this ModelBuilder model)
    {
        model.Entity<Watermark>().ToTable("watermarks").HasKey(x => x.Producer);
        model.Entity<InboxFailure>().ToTable("inbox_failures").HasKey(x => new { x.Producer, x.Position });
        model.Entity<DeadLetter>(e =>
        {
            e.ToTable("dead_letters").HasKey(x => x.Id);
            e.Property(x => x.Body).HasColumnType("text");
        });
    }

    /// <summary>
    /// Gives <paramref name="role"/> the permissions of a producer: it may append events, never change or remove one.
    /// </summary>
    public static void GrantEventLog(this MigrationBuilder migration, string role) =>
        migration.Sql(
            $"grant select, insert on events to {role}; grant select, update on event_head, relay_cursor to {role};"
        );

    /// <summary>Gives <paramref name="role"/> the permissions of a consumer.</summary>
    public static void GrantInbox(this MigrationBuilder migration, string role) =>
        migration.Sql(
            $"""
            grant select, insert, update on watermarks to {role};
            grant select, insert, update, delete on inbox_failures, dead_letters to {role};
            """
        );
}

internal sealed record EventRow(
    long Position,
    Guid Id,
    string Type,
    string Subject,
    int Version,
    DateTimeOffset OccurredAt,
    string? TraceParent,
    string Data
);

internal sealed record EventHead(int Id, long Position);

internal sealed record RelayCursor(int Id, long Position);

internal sealed record Watermark(string Producer, long Position);

internal sealed record InboxFailure(string Producer, long Position, int Attempts, string Cause);

internal sealed record DeadLetter(
    Guid Id,
    string Producer,
    long? Position,
    string Body,
    string Cause,
    string? Details,
    DateTimeOffset ParkedAt
);
