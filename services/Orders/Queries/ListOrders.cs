using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace DaprShop.Orders.Queries;

/// <summary><c>GET /orders</c>: the caller's orders, newest first; an operator sees all.</summary>
internal static class ListOrders
{
    private const int MaxPage = 200;

    internal sealed record OrderSummary(
        Guid Id,
        long Number,
        string Customer,
        string Status,
        int Version,
        decimal Total,
        DateTimeOffset AcceptedAt
    );

    /// <param name="Cursor">Send it to get older orders; null on the last page.</param>
    internal sealed record OrderPage(IReadOnlyList<OrderSummary> Orders, long? Cursor);

    /// <param name="from">Accepted at this time or later.</param>
    /// <param name="until">Accepted before this time.</param>
    public static async Task<Results<Ok<OrderPage>, ProblemHttpResult>> HandleAsync(
        OrdersDbContext db,
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
            return Problems.Invalid([new("status", $"Must be one of: {string.Join(", ", OrderStatuses.All)}.")]);
        if (customer is not null && !context.User.IsOperator() && customer != context.Name())
            return Problems.Invalid([new("customer", "Only an operator may list another customer's orders.")]);
        var take = Math.Clamp(limit, 1, MaxPage);
        var owner = context.User.IsOperator() ? customer : context.Name();
        var orders = db.Orders.AsNoTracking().Where(o => o.Number < cursor);
        if (owner is not null)
            orders = orders.Where(o => o.Customer == owner);
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
            .Select(o => new OrderSummary(o.Id, o.Number, o.Customer, o.Status, o.Version, o.Total, o.AcceptedAt))
            .ToListAsync(cancellationToken);
        return TypedResults.Ok(
            new OrderPage(
                rows.ConvertAll(o => o with { Total = Money.Normalize(o.Total) }),
                rows.Count == take ? rows[^1].Number : null
            )
        );
    }
}
