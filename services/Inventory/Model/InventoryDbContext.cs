using DaprShop.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace DaprShop.Inventory.Model;

/// <summary>Inventory's database.</summary>
internal sealed class InventoryDbContext(DbContextOptions<InventoryDbContext> options) : DbContext(options)
{
    /// <summary>The index that lets a cause move a level once per kind and step.</summary>
    public const string OnePerCause = "ix_movements_cause_kind_sku_location_step";

    /// <summary>The index that lets a customer have one open entry per SKU.</summary>
    public const string OneWaitlistEntry = "ix_waitlist_one_entry";

    public DbSet<ItemRow> Items => Set<ItemRow>();

    public DbSet<LevelRow> Levels => Set<LevelRow>();

    public DbSet<MovementRow> Movements => Set<MovementRow>();

    public DbSet<LocationRow> Locations => Set<LocationRow>();

    public DbSet<InboundRow> Inbounds => Set<InboundRow>();

    public DbSet<InboundLineRow> InboundLines => Set<InboundLineRow>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<ItemRow>(e =>
        {
            e.ToTable("items").HasKey(x => x.Sku);
            e.Property(x => x.Price).HasPrecision(18, 4);
            e.Property(x => x.OnSale).HasDefaultValue(true);
            e.Property(x => x.Version).HasDefaultValue(1);
        });
        modelBuilder.Entity<LocationRow>(e =>
        {
            e.ToTable("locations").HasKey(x => x.Location);
            e.Property(x => x.Version).HasDefaultValue(1);
        });
        modelBuilder.Entity<LevelRow>(e =>
        {
            e.ToTable("levels", t =>
                {
                    t.HasCheckConstraint(
                        "not_negative",
                        "on_hand >= 0 and allocated >= 0 and held >= 0 and unavailable >= 0 and incoming >= 0"
                            + " and short >= 0"
                    );
                    t.HasCheckConstraint("no_oversell", "allocated + held <= on_hand - unavailable + short");
                })
                .HasKey(x => new { x.Sku, x.Location });
            e.HasOne<ItemRow>().WithMany().HasForeignKey(x => x.Sku);
        });
        modelBuilder.Entity<MovementRow>(e =>
        {
            e.ToTable("movements")
                .HasKey(x => new
                {
                    x.Sku,
                    x.Location,
                    x.Sequence,
                });
            e.HasIndex(x => new
                {
                    x.Cause,
                    x.Kind,
                    x.Sku,
                    x.Location,
                    x.Step,
                })
                .IsUnique()
                .HasDatabaseName(OnePerCause);
        });
        modelBuilder.Entity<ReservationRow>(e =>
        {
            e.ToTable("reservations").HasKey(x => x.OrderId);
            e.Property(x => x.Shortages).HasColumnType("jsonb");
            e.HasIndex(x => x.Customer).HasFilter(StateConditions.ClaimingReservation);
        });
        modelBuilder
            .Entity<AllocationRow>()
            .ToTable("allocations")
            .HasKey(x => new
            {
                x.OrderId,
                x.Sku,
                x.Location,
                x.Step,
            });
        modelBuilder
            .Entity<ShippedUnitsRow>()
            .ToTable("shipments")
            .HasKey(x => new
            {
                x.OrderId,
                x.Sku,
                x.Location,
                x.Step,
            });
        modelBuilder.Entity<BackorderRow>(e =>
        {
            e.ToTable("backorders", t => t.HasCheckConstraint("not_overfilled", "filled between 0 and quantity"))
                .HasKey(x => new { x.OrderId, x.Sku });
            e.HasIndex(x => new { x.Sku, x.OrderNumber })
                .HasFilter(StateConditions.OpenBackorder)
                .HasDatabaseName("ix_backorders_open");
        });
        modelBuilder.Entity<BackorderNotificationRow>(e =>
        {
            // The key is a number, not the order: a second notification of the same order is a row of its own, so that
            // its insert never waits for the transaction that deletes the first.
            e.ToTable("backorder_notifications").HasKey(x => x.Id);
            e.Property(x => x.Id).UseIdentityAlwaysColumn();
        });
        modelBuilder.Entity<HoldRow>(e =>
        {
            e.ToTable("holds").HasKey(x => x.Id);
            e.HasIndex(x => x.ExpiresAt).HasFilter(StateConditions.ActiveHold).HasDatabaseName("ix_holds_active");
            e.HasIndex(x => new { x.Customer, x.Id })
                .HasFilter(StateConditions.ActiveHold)
                .HasDatabaseName("ix_holds_active_customer");
            e.Property(x => x.ClaimedBy).HasDefaultValueSql("'{}'");
            e.HasIndex(x => x.ClaimedAt).HasFilter(StateConditions.ClaimedHold).HasDatabaseName("ix_holds_claimed");
            e.HasIndex(x => x.EntryId)
                .IsUnique()
                .HasFilter(StateConditions.ActiveHold)
                .HasDatabaseName("ix_holds_one_offer");
        });
        modelBuilder.Entity<HoldLineRow>(e =>
        {
            e.ToTable("hold_lines", t => t.HasCheckConstraint("not_overused", "used between 0 and quantity"))
                .HasKey(x => new
                {
                    x.HoldId,
                    x.Sku,
                    x.Location,
                });
            e.Property(x => x.Used).HasDefaultValue(0L);
            e.HasIndex(x => x.Sku);
            e.HasOne<HoldRow>().WithMany().HasForeignKey(x => x.HoldId);
        });
        modelBuilder.Entity<WaitlistRow>(e =>
        {
            e.ToTable("waitlist").HasKey(x => x.Id);
            e.Property(x => x.Position).UseIdentityAlwaysColumn();
            e.HasIndex(x => new { x.Sku, x.Customer })
                .IsUnique()
                .HasFilter(StateConditions.OpenWaitlistEntry)
                .HasDatabaseName(OneWaitlistEntry);
            e.HasIndex(x => new { x.Sku, x.Position })
                .HasFilter(StateConditions.OpenWaitlistEntry)
                .HasDatabaseName("ix_waitlist_queue");
        });
        modelBuilder.Entity<InboundRow>(e =>
        {
            e.ToTable("inbounds").HasKey(x => x.Reference);
            e.HasIndex(x => x.ExpectedAt).HasFilter(StateConditions.OpenInbound).HasDatabaseName("ix_inbounds_open");
        });
        modelBuilder.Entity<InboundLineRow>(e =>
        {
            e.ToTable("inbound_lines").HasKey(x => new { x.Reference, x.Sku });
            e.HasIndex(x => x.Sku);
            e.HasIndex(x => new { x.Sku, x.Reference })
                .HasFilter(StateConditions.OpenInboundLine)
                .HasDatabaseName("ix_inbound_lines_open");
            e.HasOne<InboundRow>().WithMany().HasForeignKey(x => x.Reference);
        });
        modelBuilder.Entity<IdempotencyRow>(e =>
        {
            e.ToTable("idempotency_keys").HasKey(x => new { x.Owner, x.Key });
            e.Property(x => x.Owner).HasDefaultValue("");
            e.Property(x => x.Response).HasColumnType("json");
        });
        modelBuilder.AddEventLog();

        // SKUs compare byte by byte, in the database as in C#: in the retail file, 110 codes differ only by case.
        foreach (
            var sku in modelBuilder.Model.GetEntityTypes().Select(e => e.FindProperty("Sku")).OfType<IMutableProperty>()
        )
            sku.SetCollation("C");
    }
}
