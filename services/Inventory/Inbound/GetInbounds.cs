using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace DaprShop.Inventory.Inbound;

/// <summary><c>GET /inbounds</c> and <c>GET /inbounds/{reference}</c>: inbound documents.</summary>
internal static class GetInbounds
{
    private const int MaxPage = 500;

    /// <param name="Closed">Units that were returned to their source, or written off.</param>
    /// <param name="Remaining">Units still to arrive.</param>
    internal sealed record Line(string Sku, int Expected, int Received, int Closed, int Remaining);

    /// <param name="Source">The location that sent it; null for a supplier.</param>
    /// <param name="Unavailable">True: its units are set aside, on the way and after.</param>
    internal sealed record Document(
        string Reference,
        string Location,
        string? Source,
        DateTimeOffset? ExpectedAt,
        string State,
        string? Reason,
        IReadOnlyList<Line> Lines,
        bool Unavailable
    );

    /// <param name="Cursor">Cursor of the next page; null at the end.</param>
    internal sealed record Page(IReadOnlyList<Document> Items, string? Cursor);

    public static async Task<Results<Ok<Document>, ProblemHttpResult>> OneAsync(
        string reference,
        InventoryDbContext db,
        CancellationToken cancellationToken
    )
    {
        var found = await ReadAsync(db, db.Inbounds.Where(i => i.Reference == reference), cancellationToken);
        return found.Count == 1 ? TypedResults.Ok(found[0]) : Problems.NotFound($"document '{reference}'");
    }

    public static async Task<Ok<Page>> ManyAsync(
        InventoryDbContext db,
        CancellationToken cancellationToken,
        bool open = false,
        string cursor = "",
        int limit = 100
    )
    {
        var take = Math.Clamp(limit, 1, MaxPage);
        var inbounds = db.Inbounds.Where(i => string.Compare(i.Reference, cursor) > 0);
        if (open)
            inbounds = inbounds.Where(i => i.State != "received" && i.State != "cancelled");
        var found = await ReadAsync(db, inbounds.OrderBy(i => i.Reference).Take(take), cancellationToken);
        return TypedResults.Ok(new Page(found, found.Count == take ? found[^1].Reference : null));
    }

    private static async Task<List<Document>> ReadAsync(
        InventoryDbContext db,
        IQueryable<InboundRow> inbounds,
        CancellationToken cancellationToken
    )
    {
        var rows = await inbounds
            .Select(i => new
            {
                Inbound = i,
                Lines = db.InboundLines.Where(l => l.Reference == i.Reference).OrderBy(l => l.Sku).ToList(),
            })
            .AsNoTracking()
            .ToListAsync(cancellationToken);
        return
        [
            .. rows.Select(r => new Document(
                r.Inbound.Reference,
                r.Inbound.Location,
                r.Inbound.Source,
                r.Inbound.ExpectedAt,
                r.Inbound.State,
                r.Inbound.Reason,
                [
                    .. r.Lines.Select(l => new Line(
                        l.Sku,
                        l.Expected,
                        l.Received,
                        l.Closed,
                        Math.Max(l.Expected - l.Received - l.Closed, 0)
                    )),
                ],
                r.Inbound.Unavailable
            )),
        ];
    }
}
