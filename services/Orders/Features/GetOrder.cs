using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Orders.Data;
using DaprShop.Orders.Domain;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace DaprShop.Orders.Features;

/// <summary><c>GET /orders/{id}</c> and <c>GET /orders</c>: one's own orders; an operator sees all.</summary>
internal static class GetOrder
{
    private const int MaxPage = 200;

    /// <param name="Items">What was missing when stock was asked for.</param>
    /// <param name="DecideBy">Until when its customer may decide, where stock does not cover it.</param>
    internal sealed record Order(
        Guid Id,
        long Number,
        string Customer,
        string Status,
        int Version,
        decimal Total,
        string? Reason,
        IReadOnlyList<Shortage>? Items,
        DateTimeOffset AcceptedAt,
        DateTimeOffset UpdatedAt,
        DateTimeOffset? DecideBy,
        IReadOnlyList<Line> Lines
    );

    /// <param name="Cancelled">Of the quantity: what the order does without.</param>
    /// <param name="Shipped">Of the quantity: what has left.</param>
    /// <param name="Returned">Of what has left: what came back.</param>
    internal sealed record Line(string Sku, int Quantity, decimal UnitPrice, int Cancelled, int Shipped, int Returned);

    internal sealed record Summary(
        Guid Id,
        long Number,
        string Customer,
        string Status,
        int Version,
        decimal Total,
        DateTimeOffset AcceptedAt
    );

    /// <param name="Cursor">Send it back to get older orders; null at the end.</param>
    internal sealed record Page(IReadOnlyList<Summary> Orders, long? Cursor);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/orders").RequireAuthorization(Identity.Customer).WithTags("Orders");
        group.MapGet("/{id:guid}", OneAsync).WithSummary("One order");
        group
            .MapGet("", ManyAsync)
            .WithSummary("Orders, newest first, page by page: of one status, SKU, customer or time");
    }

    private static async Task<Results<Ok<Order>, ProblemHttpResult>> OneAsync(
        Guid id,
        OrdersDb db,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var found = await db
            .Orders.AsNoTracking()
            .Where(o => o.Id == id)
            .Select(o => new { Row = o, Lines = db.Lines.Where(l => l.OrderId == id).OrderBy(l => l.Line).ToList() })
            .SingleOrDefaultAsync(cancellationToken);
        if (found is null || !(context.User.IsOperator() || found.Row.Customer == context.Name()))
            return Problems.NotFound($"order {id}");
        var row = found.Row;
        return TypedResults.Ok(
            new Order(
                row.Id,
                row.Number,
                row.Customer,
                row.Status,
                row.Version,
                Money.Trim(row.Total),
                row.Reason,
                row.Shortages is null
                    ? null
                    : JsonSerializer.Deserialize<List<Shortage>>(row.Shortages, JsonSerializerOptions.Web),
                row.AcceptedAt,
                row.UpdatedAt,
                row.DecideBy,
                [
                    .. found.Lines.Select(l => new Line(
                        l.Sku,
                        l.Quantity,
                        Money.Trim(l.UnitPrice),
                        l.Cancelled,
                        l.Shipped,
                        l.Returned
                    )),
                ]
            )
        );
    }

    private static async Task<Results<Ok<Page>, ProblemHttpResult>> ManyAsync(
        OrdersDb db,
        HttpContext context,
        CancellationToken cancellationToken,
        string? status = null,
        string? sku = null,
        string? customer = null,
        DateTimeOffset? from = null,
        DateTimeOffset? until = null,
        long cursor = long.MaxValue,
        int limit = 50
    )
    {
        if (status is not null && !OrderStatuses.All.Contains(status))
            return Problems.Invalid([new("status", $"A status is one of {string.Join(", ", OrderStatuses.All)}.")]);
        if (customer is not null && !context.User.IsOperator() && customer != context.Name())
            return Problems.Invalid([new("customer", "Only an operator sees the orders of somebody else.")]);
        var take = Math.Clamp(limit, 1, MaxPage);
        var whose = context.User.IsOperator() ? customer : context.Name();
        var orders = db.Orders.AsNoTracking().Where(o => o.Number < cursor);
        if (whose is not null)
            orders = orders.Where(o => o.Customer == whose);
        if (status is not null)
            orders = orders.Where(o => o.Status == status);
        if (from?.ToUniversalTime() is { } first)
            orders = orders.Where(o => o.AcceptedAt >= first);
        if (until?.ToUniversalTime() is { } end)
            orders = orders.Where(o => o.AcceptedAt < end);
        if (sku is not null)
            orders = orders.Where(o => db.Lines.Any(l => l.OrderId == o.Id && l.Sku == sku));
        var rows = await orders
            .OrderByDescending(o => o.Number)
            .Take(take)
            .Select(o => new Summary(o.Id, o.Number, o.Customer, o.Status, o.Version, o.Total, o.AcceptedAt))
            .ToListAsync(cancellationToken);
        return TypedResults.Ok(
            new Page(
                [.. rows.Select(o => o with { Total = Money.Trim(o.Total) })],
                rows.Count == take ? rows[^1].Number : null
            )
        );
    }
}
