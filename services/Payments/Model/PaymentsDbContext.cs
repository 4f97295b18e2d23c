using DaprShop.Contracts;
using DaprShop.Messaging;
using Microsoft.EntityFrameworkCore;

namespace DaprShop.Payments.Model;

/// <summary>The tables of Payments.</summary>
internal sealed class PaymentsDbContext(DbContextOptions<PaymentsDbContext> options) : DbContext(options)
{
    public DbSet<Payment> Payments => Set<Payment>();

    public DbSet<LedgerEntry> Ledger => Set<LedgerEntry>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Payment>(e =>
        {
            e.ToTable("payments", t =>
                    t.HasCheckConstraint("part_refunds_within_amount", "refunded_in_parts between 0 and amount")
                )
                .HasKey(x => x.OrderId);
            e.Property(x => x.OrderId).ValueGeneratedNever();
            e.Property(x => x.Amount).HasColumnType("numeric");
            e.Property(x => x.RefundedInParts).HasColumnType("numeric").HasDefaultValue(0m);
            e.Property(x => x.State).HasColumnType("text").HasConversion(s => s.Name(), s => ChargeStates.Parse(s));
        });
        modelBuilder.Entity<LedgerEntry>(e =>
        {
            // The key is the guard: one charge and one refund per order, one part refund per return, however often a
            // request repeats.
            e.ToTable("provider_ledger").HasKey(x => new { x.Reference, x.Kind });
            e.Property(x => x.Amount).HasColumnType("numeric");
        });
        modelBuilder.Entity<Credit>(e =>
        {
            e.ToTable("credits").HasKey(x => new { x.Actor, x.Key });
            e.Property(x => x.Amount).HasColumnType("numeric");
        });
        modelBuilder.AddEventLog();
    }
}

/// <summary>A row of the simulated provider's own ledger; <paramref name="Amount"/> in GBP.</summary>
internal sealed record LedgerEntry(string Reference, string Kind, decimal Amount, DateTimeOffset RecordedAt);

/// <summary>
/// Money paid out without an order, under the caller's idempotency key; <paramref name="Amount"/> in GBP.
/// </summary>
internal sealed record Credit(string Actor, string Key, string Reference, decimal Amount, DateTimeOffset RecordedAt);
