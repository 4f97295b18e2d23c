using DaprShop.Contracts;
using DaprShop.Messaging;
using Microsoft.EntityFrameworkCore;

namespace DaprShop.Orders.Model;

/// <summary>Orders' database.</summary>
internal sealed class OrdersDbContext(DbContextOptions<OrdersDbContext> options) : DbContext(options)
{
    /// <summary>Orders that have a next step.</summary>
    public const string InSaga = "undo or status in ('accepted', 'reserved', 'paid')";

    /// <summary>Those, and the ones that wait for stock or for their customer: their saga goes on by and by.</summary>
    public const string Unfinished =
        "undo or status in ('accepted', 'reserved', 'paid', 'backordered', 'awaiting_customer')";

    /// <summary>What the dispatcher looks for: those that nobody works on.</summary>
    public const string Claimable = $"batch_id is null and ({Unfinished})";

    /// <summary>Orders that are not on their way through the saga, nor where most rest.</summary>
    private const string Rare = "status not in ('accepted', 'reserved', 'paid', 'confirmed', 'delivered')";

    public DbSet<OrderRow> Orders => Set<OrderRow>();

    public DbSet<OrderLineRow> Lines => Set<OrderLineRow>();

    public DbSet<ShipmentRow> Shipments => Set<ShipmentRow>();

    public DbSet<ReturnRow> Returns => Set<ReturnRow>();

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
            e.HasIndex(x => new { x.Customer, x.Number }).IsUnique();
            e.HasIndex(x => x.Number).IsUnique();

            // Statuses that orders rest in and that are looked for; the others are found along the way.
            e.HasIndex(x => new { x.Status, x.Number }).HasFilter(Rare).HasDatabaseName("ix_orders_rare");
            e.HasIndex(x => x.AcceptedAt).HasMethod("brin");
            e.HasIndex(x => x.Number, "ix_orders_unfinished")
                .HasFilter(Unfinished)
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

            // One at a time: while it is prepared, the order can be neither cancelled nor shipped again.
            e.HasIndex(x => x.OrderId)
                .IsUnique()
                .HasFilter("state = 'preparing'")
                .HasDatabaseName("ix_shipments_one_preparing");
            e.HasIndex(x => x.DueAt).HasFilter("state = 'preparing'").HasDatabaseName("ix_shipments_due");
        });
        modelBuilder.Entity<ReturnRow>(e =>
        {
            e.ToTable("returns").HasKey(x => x.Id);
            e.Property(x => x.Lines).HasColumnType("jsonb");
            e.Property(x => x.Decision).HasColumnType("jsonb");
            e.Property(x => x.Amount).HasPrecision(18, 4);
            e.HasIndex(x => new { x.OrderId, x.Number }).IsUnique();
            e.HasIndex(x => new { x.Caller, x.Key }).IsUnique();
            e.HasIndex(x => x.DueAt).HasFilter("state = 'decided'").HasDatabaseName("ix_returns_due");
            e.HasIndex(x => x.CreatedAt).HasFilter("state = 'requested'").HasDatabaseName("ix_returns_requested");
        });
        modelBuilder.Entity<IdempotencyKeyRow>().ToTable("idempotency_keys").HasKey(x => new { x.Caller, x.Key });
        modelBuilder.AddBulkTables();
        modelBuilder.AddEventLog(bySubject: OrderEventTypes.Pattern);
    }
}
