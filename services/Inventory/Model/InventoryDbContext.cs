using DaprShop.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace DaprShop.Inventory.Model;

/// <summary>Inventory's database.</summary>
internal sealed class InventoryDbContext(DbContextOptions<InventoryDbContext> options) : DbContext(options)
{
    /// <summary>The index that lets a cause move a level once in each way.</summary>
    public const string OnePerCause = "ix_movements_cause_kind_sku_location_step";

    /// <summary>Places in a waitlist that still count.</summary>
    public const string InLine = "state in ('waiting', 'offered')";

    /// <summary>Documents of which something may still arrive.</summary>
    public const string OpenInbound = "state in ('expected', 'in_transit', 'partially_received')";

    /// <summary>Reservations that have units, or wait for some.</summary>
    public const string Claiming = "state in ('allocated', 'backordered')";

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
        });
        modelBuilder.Entity<LocationRow>().ToTable("locations").HasKey(x => x.Location);
        modelBuilder.Entity<LevelRow>(e =>
        {
            // Half-empty pages let the hot updates of a level stay on its page (HOT), since no indexed column changes.
            e.ToTable("levels", t =>
                {
                    t.HasCheckConstraint(
                        "not_negative",
                        "on_hand >= 0 and allocated >= 0 and held >= 0 and unavailable >= 0 and incoming >= 0 and short >= 0"
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
            e.HasIndex(x => x.Customer).HasFilter(Claiming);
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
            .Entity<ShipmentRow>()
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
            e.HasIndex(x => new { x.Sku, x.Place }).HasFilter("state = 'open'").HasDatabaseName("ix_backorders_open");
        });
        modelBuilder.Entity<FilledRow>(e =>
        {
            // A number of its own: whoever fills an order again never waits for the call that tells of the first time.
            e.ToTable("filled_orders").HasKey(x => x.Id);
            e.Property(x => x.Id).UseIdentityAlwaysColumn();
        });
        modelBuilder.Entity<HoldRow>(e =>
        {
            e.ToTable("holds").HasKey(x => x.Id);
            e.HasIndex(x => x.ExpiresAt).HasFilter("state = 'active'").HasDatabaseName("ix_holds_active");
            e.HasIndex(x => new { x.Customer, x.Id });
            e.HasIndex(x => x.EntryId).IsUnique().HasFilter("state = 'active'").HasDatabaseName("ix_holds_one_offer");
        });
        modelBuilder.Entity<HoldLineRow>(e =>
        {
            e.ToTable("hold_lines")
                .HasKey(x => new
                {
                    x.HoldId,
                    x.Sku,
                    x.Location,
                });
            e.HasIndex(x => x.Sku);
            e.HasOne<HoldRow>().WithMany().HasForeignKey(x => x.HoldId);
        });
        modelBuilder.Entity<WaitlistRow>(e =>
        {
            e.ToTable("waitlist").HasKey(x => x.Id);
            e.Property(x => x.Place).UseIdentityAlwaysColumn();
            e.HasIndex(x => new { x.Sku, x.Customer })
                .IsUnique()
                .HasFilter(InLine)
                .HasDatabaseName("ix_waitlist_one_place");
            e.HasIndex(x => new { x.Sku, x.Place }).HasFilter(InLine).HasDatabaseName("ix_waitlist_line");
        });
        modelBuilder.Entity<InboundRow>(e =>
        {
            e.ToTable("inbounds").HasKey(x => x.Reference);
            e.HasIndex(x => x.ExpectedAt).HasFilter(OpenInbound).HasDatabaseName("ix_inbounds_open");
        });
        modelBuilder.Entity<InboundLineRow>(e =>
        {
            e.ToTable("inbound_lines").HasKey(x => new { x.Reference, x.Sku });
            e.HasIndex(x => x.Sku);
            e.HasOne<InboundRow>().WithMany().HasForeignKey(x => x.Reference);
        });
        modelBuilder.Entity<IdempotencyRow>(e =>
        {
            e.ToTable("idempotency_keys").HasKey(x => new { x.Owner, x.Key });
            e.Property(x => x.Owner).HasDefaultValue("");
            e.Property(x => x.Answer).HasColumnType("json");
        });
        modelBuilder.AddEventLog();

        // SKUs compare byte by byte, in the database as in C#: 110 codes of a real retailer differ only by case.
        foreach (
            var sku in modelBuilder.Model.GetEntityTypes().Select(e => e.FindProperty("Sku")).OfType<IMutableProperty>()
        )
            sku.SetCollation("C");
    }
}

/// <param name="LimitedSince">When <paramref name="MaxPerCustomer"/> got its value: what was bought before proves nothing about it.</param>
internal sealed record ItemRow(
    string Sku,
    string Name,
    decimal Price,
    bool Stocked,
    int BackorderLimit,
    int? MaxPerCustomer,
    int? LowStockAt,
    DateTimeOffset? LimitedSince
);

internal sealed record LocationRow(string Location, int Priority);

internal sealed record LevelRow(
    string Sku,
    string Location,
    long OnHand,
    long Allocated,
    long Held,
    long Unavailable,
    long Incoming,
    long Short,
    long Sequence,
    byte[] Hash
);

internal sealed record MovementRow(
    string Sku,
    string Location,
    long Sequence,
    string Kind,
    int Quantity,
    long OnHand,
    long Allocated,
    long Held,
    long Unavailable,
    long Incoming,
    string Cause,
    long Step,
    string Actor,
    string? Reason,
    Guid? Trace,
    DateTimeOffset OccurredAt,
    byte[] Hash
);

internal sealed record ReservationRow(
    Guid OrderId,
    string State,
    DateTimeOffset DecidedAt,
    string? Shortages,
    string? Customer
);

internal sealed record AllocationRow(Guid OrderId, string Sku, string Location, int Quantity, long Step);

internal sealed record ShipmentRow(Guid OrderId, string Sku, string Location, int Quantity, long Step);

internal sealed record BackorderRow(
    Guid OrderId,
    string Sku,
    long Place,
    int Quantity,
    int Filled,
    DateTimeOffset? PromisedAt,
    string State
);

/// <summary>An order whose saga is still to be told that a backorder was filled.</summary>
internal sealed record FilledRow(long Id, Guid OrderId);

internal sealed record HoldRow(Guid Id, string Customer, string State, DateTimeOffset ExpiresAt, Guid? EntryId);

internal sealed record HoldLineRow(Guid HoldId, string Sku, string Location, long Quantity);

internal sealed record WaitlistRow(Guid Id, string Sku, string Customer, int Quantity, long Place, string State);

internal sealed record InboundRow(
    string Reference,
    string Location,
    string? Source,
    DateTimeOffset? ExpectedAt,
    string State,
    string? Reason
);

internal sealed record InboundLineRow(string Reference, string Sku, int Expected, int Received, int Closed);

/// <param name="Owner">See <see cref="KeyedCommand.KeyOwner"/>.</param>
internal sealed record IdempotencyRow(
    string Owner,
    string Key,
    byte[] Fingerprint,
    string Answer,
    DateTimeOffset RecordedAt
);
