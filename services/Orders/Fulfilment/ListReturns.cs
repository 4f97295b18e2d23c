using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace DaprShop.Orders.Fulfilment;

/// <summary>
/// <c>GET /orders/{id}/returns</c>: the returns of an order; <c>GET /returns</c>: returns that await a decision.
/// </summary>
internal static class ListReturns
{
    private const int MaxPage = 200;

    /// <param name="State">requested, decided (stock and refund are being processed) or settled.</param>
    /// <param name="Lines">Once decided, with a disposition: restock, damaged, discard or refuse.</param>
    /// <param name="Refund">GBP.</param>
    internal sealed record ReturnView(
        Guid Id,
        Guid OrderId,
        int Number,
        string State,
        IReadOnlyList<ReturnLine> Lines,
        string Reason,
        decimal? Refund,
        DateTimeOffset CreatedAt,
        DateTimeOffset? DecidedAt,
        DateTimeOffset? SettledAt
    );

    /// <param name="Cursor">Send it to get later returns; null on the last page.</param>
    internal sealed record ReturnPage(IReadOnlyList<ReturnView> Returns, Guid? Cursor);

    public static async Task<Results<Ok<ReturnView[]>, ProblemHttpResult>> OfOrderAsync(
        Guid id,
        OrdersDbContext db,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (!await db.IsVisibleAsync(id, context, cancellationToken))
            return Problems.NotFound($"order {id}");
        var rows = await db
            .Returns.AsNoTracking()
            .Where(r => r.OrderId == id)
            .OrderBy(r => r.Number)
            .ToListAsync(cancellationToken);
        return TypedResults.Ok(rows.Select(View).ToArray());
    }

    public static async Task<Ok<ReturnPage>> RequestedAsync(
        OrdersDbContext db,
        CancellationToken cancellationToken,
        Guid? cursor = null,
        int limit = 50
    )
    {
        var take = Math.Clamp(limit, 1, MaxPage);
        // Ids ascend with time.
        var after = cursor ?? Guid.Empty;
        var rows = await db
            .Returns.AsNoTracking()
            .Where(r => r.State == ReturnStates.Requested && r.Id > after)
            .OrderBy(r => r.Id)
            .Take(take)
            .ToListAsync(cancellationToken);
        return TypedResults.Ok(new ReturnPage([.. rows.Select(View)], rows.Count == take ? rows[^1].Id : null));
    }

    private static ReturnView View(ReturnRow r) =>
        new(
            r.Id,
            r.OrderId,
            r.Number,
            r.State,
            JsonSerializer.Deserialize<List<ReturnLine>>(r.Decision ?? r.Lines, JsonSerializerOptions.Web)!,
            r.Reason,
            r.Amount is { } amount ? Money.Normalize(amount) : null,
            r.CreatedAt,
            r.DecidedAt,
            r.SettledAt
        );
}
