using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Payments.Domain;
using Microsoft.EntityFrameworkCore;

namespace DaprShop.Payments.Data;

internal sealed class PaymentsContext(DbContextOptions<PaymentsContext> options) : DbContext(options)
{
    public DbSet<Payment> Payments => Set<Payment>();

    public DbSet<LedgerEntry> Ledger => Set<LedgerEntry>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Payment>(e =>
        {
            e.ToTable("payments", t => t.HasCheckConstraint("not_overreturned", "returned between 0 and amount"))
                .HasKey(x => x.OrderId);
            e.Property(x => x.OrderId).ValueGeneratedNever();
            e.Property(x => x.Amount).HasColumnType("numeric");
            e.Property(x => x.Returned).HasColumnType("numeric").HasDefaultValue(0m);
            e.Property(x => x.State).HasColumnType("text").HasConversion(s => s.ToText(), s => s.ToChargeState());
        });
        modelBuilder.Entity<LedgerEntry>(e =>
        {
            // The key is the guard: the provider books one charge and one refund per order, and one per return, whoever asks how often.
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

/// <summary>A row of the simulated provider's own book.</summary>
internal sealed record LedgerEntry(string Reference, string Kind, decimal Amount, DateTimeOffset BookedAt);

/// <summary>Money given back without an order, under the caller's idempotency key.</summary>
internal sealed record Credit(string Actor, string Key, string Reference, decimal Amount, DateTimeOffset BookedAt);

internal static class ChargeStateText
{
    public static string ToText(this ChargeState state) => state.ToString().ToLowerInvariant();

    public static ChargeState ToChargeState(this string text) => Enum.Parse<ChargeState>(text, ignoreCase: true);
}
