using DaprShop.Messaging;
using Microsoft.EntityFrameworkCore;

namespace DaprShop.History.Model;

/// <summary>The tables of History. The service may add rows to its timelines, and never change or delete one.</summary>
internal sealed class HistoryDbContext(DbContextOptions<HistoryDbContext> options) : DbContext(options)
{
    // SKUs and locations compare byte by byte, as in C#: real codes differ by case only.
    private const string Bytewise = "C";

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<OrderOwner>(e =>
        {
            e.ToTable("order_owners").HasKey(x => x.OrderId);
            e.HasIndex(x => x.Customer);
            e.Property(x => x.OrderId).ValueGeneratedNever();
        });
        modelBuilder.Entity<OrderTimelineRow>(e =>
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

        // What all movements of an operation have in common is stored once, in stock_operations: an order has dozens of
        // lines.
        modelBuilder.Entity<StockTimelineRow>(e =>
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
