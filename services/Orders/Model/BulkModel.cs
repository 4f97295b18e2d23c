using DaprShop.Messaging;
using Microsoft.EntityFrameworkCore;

namespace DaprShop.Orders.Model;

/// <summary>The tables of bulk jobs.</summary>
internal static class BulkModel
{
    public static void AddBulkTables(this ModelBuilder model)
    {
        model.Entity<BulkJobRow>(e =>
        {
            e.ToTable("bulk_jobs").HasKey(x => x.Id);
            e.HasIndex(x => new { x.Caller, x.Key }).IsUnique();
            e.HasIndex(x => x.ServedAt)
                .HasFilter($"state in ('{BulkStates.Checking}', '{BulkStates.Running}') and not paused")
                .HasDatabaseName("ix_bulk_jobs_due");
        });
        model.Entity<BulkOrderRow>(e =>
        {
            e.ToTable("bulk_rows").HasKey(x => new { x.JobId, x.Row });
            e.HasOne<BulkJobRow>().WithMany().HasForeignKey(x => x.JobId).OnDelete(DeleteBehavior.NoAction);
            e.Property(x => x.Errors).HasColumnType("jsonb");
            e.HasIndex(x => new
                {
                    x.JobId,
                    x.State,
                    x.Attempts,
                    x.Row,
                })
                .HasFilter($"state in ('{BulkRowStates.Pending}', '{BulkRowStates.Checked}')")
                .HasDatabaseName("ix_bulk_rows_left");
            e.HasIndex(x => new { x.JobId, x.Key }).HasFilter("key is not null").HasDatabaseName("ix_bulk_rows_keys");
            e.HasIndex(x => new { x.JobId, x.Row })
                .HasFilter($"errors is not null or state = '{BulkRowStates.Parked}'")
                .HasDatabaseName("ix_bulk_rows_errors");
        });
    }
}

/// <param name="Key">The Idempotency-Key of the upload.</param>
/// <param name="Received">Rows; the other counts are of rows in that state, or of checked rows.</param>
/// <param name="Version">Counts the changes.</param>
/// <param name="ServedAt">The time at which a worker last served it; the job served longest ago is next.</param>
internal sealed record BulkJobRow(
    Guid Id,
    string Caller,
    bool ByOperator,
    string Key,
    string OnError,
    string State,
    bool Paused,
    int Received,
    int Checked,
    int Accepted,
    int Replayed,
    int Rejected,
    int Parked,
    long Version,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ReceivedAt,
    DateTimeOffset? FinishedAt,
    DateTimeOffset ServedAt
);

/// <param name="Key">
/// Its own key, with <paramref name="Fingerprint"/>: stored where all rows are checked first, to find two orders with
/// one key.
/// </param>
/// <param name="Attempts">Failed transactions that contained it.</param>
/// <param name="Replayed">Its order existed before: the key was used by an equal order.</param>
/// <param name="Errors">Its errors; of an accepted row, the errors of the dropped lines.</param>
/// <param name="Cause">The error of the last failed attempt.</param>
internal sealed record BulkOrderRow(
    Guid JobId,
    int Row,
    string? Body,
    string? Error,
    string State,
    int Attempts,
    Guid? OrderId,
    bool Replayed,
    string? Errors,
    string? Cause,
    string? Key,
    byte[]? Fingerprint
);
