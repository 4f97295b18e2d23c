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
                .HasFilter("state in ('checking', 'running') and not paused")
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
                .HasFilter("state in ('pending', 'checked')")
                .HasDatabaseName("ix_bulk_rows_left");
            e.HasIndex(x => new { x.JobId, x.Key }).HasFilter("key is not null").HasDatabaseName("ix_bulk_rows_keys");
            e.HasIndex(x => new { x.JobId, x.Row })
                .HasFilter($"errors is not null or state = '{BulkRowStates.Parked}'")
                .HasDatabaseName("ix_bulk_rows_errors");
        });
    }
}

/// <param name="Key">The caller's name for it.</param>
/// <param name="Received">Rows; the other counts are of rows that are in that state, or have been checked.</param>
/// <param name="Version">Raised by each change.</param>
/// <param name="ServedAt">When a worker last took of it: who has waited longest is next.</param>
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

/// <param name="Key">Its own, and <paramref name="Fingerprint"/> what stands behind it: where all rows are looked at first, to find two orders under one key.</param>
/// <param name="Attempts">Transactions that it was part of, and that failed.</param>
/// <param name="Replayed">Its order was there before: the key was used by an equal order.</param>
/// <param name="Errors">What is wrong with it; of an accepted row, with the lines that were dropped.</param>
/// <param name="Cause">What the last failed attempt failed of.</param>
internal sealed record BulkOrderRow(
    Guid JobId,
    int Row,
    string? Body,
    string? Fault,
    string State,
    int Attempts,
    Guid? OrderId,
    bool Replayed,
    string? Errors,
    string? Cause,
    string? Key,
    byte[]? Fingerprint
);
