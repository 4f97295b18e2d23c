using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Orders.Data;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace DaprShop.Orders.Features;

/// <summary><c>GET /orders/{id}/shipments</c>, <c>GET /orders/{id}/returns</c>: what has left of an order, and what came back; <c>GET /returns</c>: what waits for a decision.</summary>
internal static class ListParcels
{
    private const int MaxPage = 200;

    /// <param name="State">preparing, dispatched, delivered or refused.</param>
    internal sealed record ShipmentView(
        Guid Id,
        int Number,
        string State,
        IReadOnlyList<ShippedUnits> Lines,
        string? Reason,
        DateTimeOffset CreatedAt,
        DateTimeOffset? DispatchedAt,
        DateTimeOffset? DeliveredAt
    );

    /// <param name="State">requested, decided (stock and money are on their way) or settled.</param>
    /// <param name="Lines">With a disposition, once it is decided: restock, damaged, discard or refuse.</param>
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

    /// <param name="Cursor">Send it back to get later ones; null at the end.</param>
    internal sealed record Page(IReadOnlyList<ReturnView> Returns, Guid? Cursor);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapGet("/orders/{id:guid}/shipments", ShipmentsAsync)
            .RequireAuthorization(Identity.Customer)
            .WithSummary("What has left of an order")
            .WithTags("Shipments");
        routes
            .MapGet("/orders/{id:guid}/returns", ReturnsAsync)
            .RequireAuthorization(Identity.Customer)
            .WithSummary("What comes back of an order")
            .WithTags("Returns");
        routes
            .MapGet("/returns", RequestedAsync)
            .RequireAuthorization(Identity.Operator)
            .WithSummary("Returns that wait for a decision, oldest first")
            .WithTags("Returns");
    }

    private static async Task<Results<Ok<ShipmentView[]>, ProblemHttpResult>> ShipmentsAsync(
        Guid id,
        OrdersDb db,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (!await IsVisibleAsync(id, db, context, cancellationToken))
            return Problems.NotFound($"order {id}");
        var rows = await db
            .Shipments.AsNoTracking()
            .Where(s => s.OrderId == id)
            .OrderBy(s => s.Number)
            .ToListAsync(cancellationToken);
        return TypedResults.Ok(
            rows.Select(s => new ShipmentView(
                    s.Id,
                    s.Number,
                    s.State,
                    Read<ShippedUnits>(s.Lines),
                    s.Reason,
                    s.CreatedAt,
                    s.DispatchedAt,
                    s.DeliveredAt
                ))
                .ToArray()
        );
    }

    private static async Task<Results<Ok<ReturnView[]>, ProblemHttpResult>> ReturnsAsync(
        Guid id,
        OrdersDb db,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (!await IsVisibleAsync(id, db, context, cancellationToken))
            return Problems.NotFound($"order {id}");
        var rows = await db
            .Returns.AsNoTracking()
            .Where(r => r.OrderId == id)
            .OrderBy(r => r.Number)
            .ToListAsync(cancellationToken);
        return TypedResults.Ok(rows.Select(View).ToArray());
    }

    private static async Task<Ok<Page>> RequestedAsync(
        OrdersDb db,
        CancellationToken cancellationToken,
        Guid? cursor = null,
        int limit = 50
    )
    {
        var take = Math.Clamp(limit, 1, MaxPage);
        // Ids grow with time, and no two are alike.
        var after = cursor ?? Guid.Empty;
        var rows = await db
            .Returns.AsNoTracking()
            .Where(r => r.State == ParcelStates.Requested && r.Id > after)
            .OrderBy(r => r.Id)
            .Take(take)
            .ToListAsync(cancellationToken);
        return TypedResults.Ok(new Page([.. rows.Select(View)], rows.Count == take ? rows[^1].Id : null));
    }

    private static Task<bool> IsVisibleAsync(
        Guid id,
        OrdersDb db,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var (all, name) = (context.User.IsOperator(), context.Name());
        return db.Orders.AnyAsync(o => o.Id == id && (all || o.Customer == name), cancellationToken);
    }

    private static ReturnView View(ReturnRow r) =>
        new(
            r.Id,
            r.OrderId,
            r.Number,
            r.State,
            Read<ReturnLine>(r.Decision ?? r.Lines),
            r.Reason,
            r.Amount is { } amount ? Domain.Money.Trim(amount) : null,
            r.CreatedAt,
            r.DecidedAt,
            r.SettledAt
        );

    private static List<T> Read<T>(string json) =>
        JsonSerializer.Deserialize<List<T>>(json, JsonSerializerOptions.Web)!;
}
