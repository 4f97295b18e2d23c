using DaprShop.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace DaprShop.Inventory.Data;

/// <summary>Inventory's database.</summary>
internal sealed class InventoryDb(DbContextOptions<InventoryDb> options) : DbContext(options)
{
    /// <summary>The index that lets a cause move a level once in each way.</summary>
    public const string OnePerCause = "ix_movements_cause_kind_sku_location";

    public DbSet<ItemRow> Items => Set<ItemRow>();

    public DbSet<LevelRow> Levels => Set<LevelRow>();

    public DbSet<MovementRow> Movements => Set<MovementRow>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<ItemRow>(e =>
        {
            e.ToTable("items").HasKey(x => x.Sku);
            e.Property(x => x.Price).HasPrecision(18, 4);
        });
        modelBuilder.Entity<LevelRow>(e =>
        {
            // Half-empty pages let the hot updates of a level stay on its page (HOT), since no indexed column changes.
            e.ToTable("levels", t =>
            {
                t.HasCheckConstraint("not_negative", "on_hand >= 0 and allocated >= 0 and held >= 0 and unavailable >= 0 and incoming >= 0");
                t.HasCheckConstraint("no_oversell", "allocated + held <= on_hand - unavailable");
            }).HasKey(x => new { x.Sku, x.Location });
            e.HasOne<ItemRow>().WithMany().HasForeignKey(x => x.Sku);
        });
        modelBuilder.Entity<MovementRow>(e =>
        {
            e.ToTable("movements").HasKey(x => new { x.Sku, x.Location, x.Sequence });
            e.HasIndex(x => new { x.Cause, x.Kind, x.Sku, x.Location }).IsUnique().HasDatabaseName(OnePerCause);
        });
        modelBuilder.Entity<ReservationRow>(e =>
        {
            e.ToTable("reservations").HasKey(x => x.OrderId);
            e.Property(x => x.Shortages).HasColumnType("jsonb");
        });
        modelBuilder.Entity<AllocationRow>().ToTable("allocations").HasKey(x => new { x.OrderId, x.Sku, x.Location });
        modelBuilder.Entity<IdempotencyRow>(e =>
        {
            e.ToTable("idempotency_keys").HasKey(x => x.Key);
            e.Property(x => x.Answer).HasColumnType("json");
        });
        modelBuilder.AddEventLog();

        // SKUs compare byte by byte, in the database as in C#: 110 codes of a real retailer differ only by case.
        foreach (var sku in modelBuilder.Model.GetEntityTypes().Select(e => e.FindProperty("Sku")).OfType<IMutableProperty>()) sku.SetCollation("C");
    }
}

internal sealed record ItemRow(string Sku, string Name, decimal Price, bool Stocked);

internal sealed record LevelRow(
    string Sku, string Location, long OnHand, long Allocated, long Held, long Unavailable, long Incoming, long Sequence, byte[] Hash);

internal sealed record MovementRow(
    string Sku, string Location, long Sequence, string Kind, int Quantity, long OnHand, long Allocated,
    string Cause, string Actor, string? Reason, DateTimeOffset OccurredAt, byte[] Hash);

internal sealed record ReservationRow(Guid OrderId, string State, DateTimeOffset DecidedAt, string? Shortages);

internal sealed record AllocationRow(Guid OrderId, string Sku, string Location, int Quantity);

internal sealed record IdempotencyRow(string Key, byte[] Fingerprint, string Answer, DateTimeOffset RecordedAt);
