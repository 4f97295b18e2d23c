using DaprShop.Contracts;
using DaprShop.Messaging;
using Microsoft.EntityFrameworkCore;

namespace DaprShop.Orders.Model;

/// <summary>The model of the Orders database.</summary>
internal sealed class OrdersDbContext(DbContextOptions<OrdersDbContext> options) : DbContext(options)
{
    public DbSet<OrderRow> Orders => Set<OrderRow>();

    public DbSet<OrderLineRow> Lines => Set<OrderLineRow>();

    public DbSet<ShipmentRow> Shipments => Set<ShipmentRow>();

    public DbSet<ReturnRow> Returns => Set<ReturnRow>();

    public DbSet<CancellationRow> Cancellations => Set<CancellationRow>();

    public DbSet<BatchRow> Batches => Set<BatchRow>();

    public DbSet<BulkJobRow> BulkJobs => Set<BulkJobRow>();

    public DbSet<BulkOrderRow> BulkRows => Set<BulkOrderRow>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasSequence<long>("order_numbers");
        modelBuilder.Entity<OrderRow>(e =>
        {
            e.ToTable("orders").HasKey(x => x.Id);
            e.Property(x => x.Number).HasDefaultValueSql("nextval('order_numbers')");
            e.Property(x => x.Total).HasPrecision(18, 4);
            e.Property(x => x.Shortages).HasColumnType("jsonb");
            e.Property(x => x.AnotherCard).HasDefaultValue(false);
            e.Property(x => x.PaymentAttempt).HasDefaultValue(1);
            e.HasIndex(x => new { x.Customer, x.Number }).IsUnique();
            e.HasIndex(x => x.Number).IsUnique();

            e.HasIndex(x => new { x.Status, x.Number })
                .HasFilter(OrderConditions.Rare)
                .HasDatabaseName("ix_orders_rare");
            e.HasIndex(x => x.AcceptedAt).HasMethod("brin");
            e.HasIndex(x => x.Number, "ix_orders_unfinished")
                .HasFilter(OrderConditions.Unfinished)
                .HasDatabaseName("ix_orders_unfinished");
        });
        modelBuilder.Entity<OrderLineRow>(e =>
        {
            e.ToTable("order_lines", t =>
                {
                    t.HasCheckConstraint(
                        "not_overshipped",
                        "cancelled >= 0 and shipped >= 0 and cancelled + shipped <= quantity"
                    );
                    t.HasCheckConstraint("not_overreturned", "returned between 0 and shipped");
                })
                .HasKey(x => new { x.OrderId, x.Line });
            e.HasIndex(x => new { x.Sku, x.OrderId });
            e.Property(x => x.Cancelled).HasDefaultValue(0);
            e.Property(x => x.Shipped).HasDefaultValue(0);
            e.Property(x => x.Returned).HasDefaultValue(0);
            e.Property(x => x.UnitPrice).HasPrecision(18, 4);
            e.Property(x => x.Sku).UseCollation("C");
        });
        modelBuilder.Entity<BatchRow>(e =>
        {
            e.ToTable("batches").HasKey(x => x.Id);
            e.HasIndex(x => x.ProgressedAt).HasFilter("finished_at is null").HasDatabaseName("ix_batches_unfinished");
        });
        modelBuilder.Entity<ShipmentRow>(e =>
        {
            e.ToTable("shipments").HasKey(x => x.Id);
            e.Property(x => x.Lines).HasColumnType("jsonb");
            e.HasIndex(x => new { x.OrderId, x.Number }).IsUnique();
            e.HasIndex(x => new { x.Actor, x.Key }).IsUnique();

            // One shipment of an order at a time: while it is prepared, the order can be neither cancelled nor shipped
            // again.
            e.HasIndex(x => x.OrderId)
                .IsUnique()
                .HasFilter($"state = '{ShipmentStates.Preparing}'")
                .HasDatabaseName("ix_shipments_one_preparing");
            e.HasIndex(x => x.DueAt)
                .HasFilter($"state = '{ShipmentStates.Preparing}'")
                .HasDatabaseName("ix_shipments_due");
        });
        modelBuilder.Entity<ReturnRow>(e =>
        {
            e.ToTable("returns").HasKey(x => x.Id);
            e.Property(x => x.Lines).HasColumnType("jsonb");
            e.Property(x => x.Decision).HasColumnType("jsonb");
            e.Property(x => x.Amount).HasPrecision(18, 4);
            e.HasIndex(x => new { x.OrderId, x.Number }).IsUnique();
            e.HasIndex(x => new { x.Caller, x.Key }).IsUnique();
            e.HasIndex(x => x.DueAt).HasFilter($"state = '{ReturnStates.Decided}'").HasDatabaseName("ix_returns_due");
            e.HasIndex(x => x.CreatedAt)
                .HasFilter($"state = '{ReturnStates.Requested}'")
                .HasDatabaseName("ix_returns_requested");
        });
        modelBuilder.Entity<CancellationRow>(e =>
        {
            e.ToTable("cancellations").HasKey(x => x.Id);
            e.Property(x => x.Lines).HasColumnType("jsonb");
            e.Property(x => x.Amount).HasPrecision(18, 4);
            e.HasIndex(x => new { x.OrderId, x.Number }).IsUnique();
            e.HasIndex(x => new { x.Caller, x.Key }).IsUnique();
            e.HasIndex(x => x.DueAt)
                .HasFilter($"state = '{CancellationStates.Requested}'")
                .HasDatabaseName("ix_cancellations_due");
        });
        modelBuilder.Entity<IdempotencyKeyRow>().ToTable("idempotency_keys").HasKey(x => new { x.Caller, x.Key });
        modelBuilder.Entity<NamedCardRow>(e =>
        {
            e.ToTable("named_cards").HasKey(x => new { x.Caller, x.Key });
            e.HasIndex(x => new { x.OrderId, x.Attempt }).IsUnique();
        });
        modelBuilder.AddBulkTables();
        modelBuilder.AddEventLog(bySubject: OrderEventTypes.Pattern);
    }
}
