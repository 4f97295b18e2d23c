using DaprShop.Inventory.Data;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace DaprShop.Inventory.Features;

/// <summary><c>GET /stock/{sku}</c> and <c>GET /stock</c>: all quantities, per location and summed.</summary>
internal static class GetStock
{
    private const int MaxPage = 1_000;

    internal sealed record Quantities(long OnHand, long Unavailable, long Allocated, long Held, long Incoming, long Available);

    internal sealed record AtLocation(string Location, long Version, Quantities Quantities);

    /// <param name="Version">Movements so far, over all locations: it only grows.</param>
    internal sealed record Stock(string Sku, string Name, decimal Price, bool Stocked, long Version, Quantities Total, IReadOnlyList<AtLocation> Locations);

    /// <param name="Cursor">Send it back to get the next page; null at the end.</param>
    internal sealed record Page(IReadOnlyList<Stock> Items, string? Cursor);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/stock").RequireAuthorization(Identity.Customer).WithTags("Stock");
        group.MapGet("/{sku}", OneAsync).WithSummary("Stock of one SKU");
        group.MapGet("", ManyAsync).WithSummary("Stock of the named SKUs, or of all, page by page");
    }

    private static async Task<Results<Ok<Stock>, ProblemHttpResult>> OneAsync(string sku, InventoryDb db, CancellationToken cancellationToken)
    {
        var found = await ReadAsync(db, db.Items.Where(i => i.Sku == sku), cancellationToken);
        return found.Count == 1 ? TypedResults.Ok(found[0]) : Problems.NotFound($"item '{sku}'");
    }

    private static async Task<Ok<Page>> ManyAsync(string[]? sku, string? cursor, int? limit, InventoryDb db, CancellationToken cancellationToken)
    {
        var take = Math.Clamp(limit ?? 100, 1, MaxPage);
        var items = db.Items.AsQueryable();
        if (sku is { Length: > 0 }) items = items.Where(i => sku.Contains(i.Sku));
        if (cursor is not null) items = items.Where(i => string.Compare(i.Sku, cursor) > 0);
        var found = await ReadAsync(db, items.OrderBy(i => i.Sku).Take(take), cancellationToken);
        return TypedResults.Ok(new Page(found, found.Count == take ? found[^1].Sku : null));
    }

    private static async Task<List<Stock>> ReadAsync(InventoryDb db, IQueryable<ItemRow> items, CancellationToken cancellationToken)
    {
        var rows = await items.Select(i => new { Item = i, Levels = db.Levels.Where(l => l.Sku == i.Sku).ToList() }).AsNoTracking()
            .ToListAsync(cancellationToken);
        return [.. rows.OrderBy(r => r.Item.Sku, StringComparer.Ordinal).Select(r => new Stock(
            r.Item.Sku, r.Item.Name, r.Item.Price, r.Item.Stocked, r.Levels.Sum(l => l.Sequence), Sum(r.Levels),
            [.. r.Levels.OrderBy(l => l.Location, StringComparer.Ordinal).Select(l => new AtLocation(l.Location, l.Sequence, Sum([l])))]))];
    }

    private static Quantities Sum(IReadOnlyCollection<LevelRow> levels) => new(
        levels.Sum(l => l.OnHand), levels.Sum(l => l.Unavailable), levels.Sum(l => l.Allocated), levels.Sum(l => l.Held), levels.Sum(l => l.Incoming),
        levels.Sum(l => l.OnHand - l.Unavailable - l.Allocated - l.Held));
}
