using DaprShop.Inventory.Data;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace DaprShop.Inventory.Features;

/// <summary><c>GET /stock/{sku}/movements</c>: the ledger of one SKU at one location, newest first.</summary>
internal static class ListMovements
{
    private const int MaxPage = 500;

    internal sealed record Entry(
        long Sequence, string Kind, int Quantity, long OnHand, long Allocated, string Cause, string Actor, string? Reason, DateTimeOffset OccurredAt);

    /// <param name="Cursor">Send it back as <c>before</c> to get older entries; null at the beginning of the ledger.</param>
    internal sealed record Page(string Sku, string Location, IReadOnlyList<Entry> Movements, long? Cursor);

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/stock/{sku}/movements", HandleAsync)
        .RequireAuthorization(Identity.Operator).WithSummary("The movements of one SKU, newest first").WithTags("Stock");

    private static async Task<Ok<Page>> HandleAsync(
        string sku, InventoryDb db, CancellationToken cancellationToken, string location = Limits.DefaultLocation, long before = long.MaxValue, int limit = 100)
    {
        var take = Math.Clamp(limit, 1, MaxPage);
        var rows = await db.Movements.Where(m => m.Sku == sku && m.Location == location && m.Sequence < before)
            .OrderByDescending(m => m.Sequence).Take(take).AsNoTracking()
            .Select(m => new Entry(m.Sequence, m.Kind, m.Quantity, m.OnHand, m.Allocated, m.Cause, m.Actor, m.Reason, m.OccurredAt))
            .ToListAsync(cancellationToken);
        return TypedResults.Ok(new Page(sku, location, rows, rows.Count == take && rows[^1].Sequence > 1 ? rows[^1].Sequence : null));
    }
}
