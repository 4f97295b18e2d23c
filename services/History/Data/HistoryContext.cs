using DaprShop.History.Domain;
using DaprShop.Messaging;
using Microsoft.EntityFrameworkCore;

namespace DaprShop.History.Data;

/// <summary>History's database: rows are only ever added.</summary>
internal sealed class HistoryContext(DbContextOptions<HistoryContext> options) : DbContext(options)
{
    // SKUs and names compare byte by byte, as in C#: real codes differ by case only.
    private const string Bytewise = "C";

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<OrderOwner>(e =>
        {
            e.ToTable("order_owners").HasKey(x => x.OrderId);
            e.HasIndex(x => x.Customer);
            e.Property(x => x.OrderId).ValueGeneratedNever();
        });
        modelBuilder.Entity<OrderEntryRow>(e =>
        {
            e.ToTable("order_timeline")
                .HasKey(x => new
                {
                    x.OrderId,
                    x.At,
                    x.Step,
                    x.Position,
                });
            e.Property(x => x.Details).HasColumnType("json");
        });
        modelBuilder.Entity<StockOperationRow>(e =>
        {
            e.ToTable("stock_operations").HasKey(x => x.Position);
            e.Property(x => x.Position).ValueGeneratedNever();
        });

        // What all movements of an operation have in common stands once, in stock_operations: an order has dozens of lines.
        modelBuilder.Entity<StockEntryRow>(e =>
        {
            e.ToTable("stock_timeline")
                .HasKey(x => new
                {
                    x.Sku,
                    x.Location,
                    x.Sequence,
                });
            e.HasIndex(x => new { x.Location, x.Operation });
            e.Property(x => x.Sku).UseCollation(Bytewise);
            e.Property(x => x.Location).UseCollation(Bytewise);
        });
        modelBuilder.AddInbox();
    }
}

internal sealed record OrderEntryRow(
    Guid OrderId,
    DateTimeOffset At,
    short Step,
    long Position,
    string Type,
    string? FromStatus,
    string? ToStatus,
    string? Reason,
    string? Details,
    int? Version,
    string? Actor,
    string? Trace
);

internal sealed record StockOperationRow(
    long Position,
    DateTimeOffset At,
    string Kind,
    string Cause,
    string Actor,
    string? Reason
);

internal sealed record StockEntryRow(
    string Sku,
    string Location,
    long Sequence,
    long Operation,
    long OnHand,
    long Allocated,
    long Available,
    long Held,
    long Unavailable,
    long Incoming,
    int Quantity
);
