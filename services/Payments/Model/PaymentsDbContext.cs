using DaprShop.Contracts;
using DaprShop.Messaging;
using Microsoft.EntityFrameworkCore;

namespace DaprShop.Payments.Model;

/// <summary>The tables of Payments.</summary>
internal sealed class PaymentsDbContext(DbContextOptions<PaymentsDbContext> options) : DbContext(options)
{
    public DbSet<Payment> Payments => Set<Payment>();

    public DbSet<ProviderCall> ProviderCalls => Set<ProviderCall>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Payment>(e =>
        {
            e.ToTable("payments", t =>
                {
                    t.HasCheckConstraint("part_refunds_within_captured", "refunded_in_parts between 0 and captured");
                    t.HasCheckConstraint(
                        "captures_within_amount",
                        "captured >= 0 and capturing >= 0 and captured + capturing <= amount"
                    );
                })
                .HasKey(x => x.OrderId);
            e.Property(x => x.OrderId).ValueGeneratedNever();
            e.Ignore(x => x.Token);
            e.Ignore(x => x.ToCapture);
            e.Ignore(x => x.Refundable);
            e.Ignore(x => x.IsAuthorisedAgain);
            e.Ignore(x => x.IsRenewing);
            e.Property(x => x.Amount).HasColumnType("numeric");
            e.Property(x => x.RefundedInParts).HasColumnType("numeric").HasDefaultValue(0m);
            e.Property(x => x.RefundsExact).HasColumnType("numeric").HasDefaultValue(0m);
            e.Property(x => x.Captured).HasColumnType("numeric").HasDefaultValue(0m);
            e.Property(x => x.Capturing).HasColumnType("numeric").HasDefaultValue(0m);
            e.Property(x => x.Released).HasColumnType("numeric").HasDefaultValue(0m);
            e.Property(x => x.Renewals).HasDefaultValue(0);
            e.Property(x => x.OpenCalls).HasDefaultValue(0);
            e.HasIndex(x => x.RenewAt).HasFilter("renew_at is not null");
            e.Property(x => x.State).HasColumnType("text").HasConversion(s => s.Name(), s => PaymentStates.Parse(s));
        });
        modelBuilder.Entity<ProviderCall>(e =>
        {
            // The key is the guard: one call per card of an order, one full refund per order, one part refund per return,
            // one credit per reference, however often a request repeats.
            e.ToTable("provider_calls").HasKey(x => x.Key);
            e.Property(x => x.Amount).HasColumnType("numeric");
            e.Property(x => x.Operation)
                .HasColumnType("text")
                .HasConversion(o => o.Name(), o => CallNames.ParseOperation(o));
            e.Property(x => x.State).HasColumnType("text").HasConversion(s => s.Name(), s => CallNames.ParseState(s));
            e.HasIndex(x => x.OrderId);
            e.HasIndex(x => x.DueAt).HasFilter("state in ('open', 'processing')");
        });
        modelBuilder.Entity<Credit>(e =>
        {
            e.ToTable("credits").HasKey(x => new { x.Actor, x.Key });
            e.Property(x => x.Amount).HasColumnType("numeric");
        });
        modelBuilder.AddEventLog();
    }
}

/// <summary>
/// Money paid out without an order, under the caller's idempotency key; <paramref name="Amount"/> in GBP.
/// </summary>
internal sealed record Credit(string Actor, string Key, string Reference, decimal Amount, DateTimeOffset RecordedAt);
