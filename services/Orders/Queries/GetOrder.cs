using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.Orders.Saga;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace DaprShop.Orders.Queries;

/// <summary><c>GET /orders/{id}</c>: one of the caller's orders; an operator sees all.</summary>
internal static class GetOrder
{
    /// <param name="Items">The shortages found when stock was requested.</param>
    /// <param name="PromisedAt">
    /// When the units that a backordered order waits for are expected; null where no date is known, or Inventory does
    /// not answer.
    /// </param>
    /// <param name="DecideBy">The customer's deadline, where stock does not cover the order.</param>
    /// <param name="PayBy">Until when another card may be named, where the card was declined.</param>
    /// <param name="Allowed">What the caller can do with it in its status, by the last part of the route.</param>
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
        DateTimeOffset? PromisedAt,
        DateTimeOffset? PayBy,
        IReadOnlyList<string> Allowed,
        IReadOnlyList<OrderLine> Lines
    );

    /// <param name="Line">The number of the line: returns, shipments and cancellations name it.</param>
    /// <param name="Cancelled">Units of the quantity that the order goes without.</param>
    /// <param name="Shipped">Units of the quantity that were shipped.</param>
    /// <param name="Returned">Shipped units that came back.</param>
    internal sealed record OrderLine(
        int Line,
        string Sku,
        int Quantity,
        decimal UnitPrice,
        int Cancelled,
        int Shipped,
        int Returned
    );

    public static async Task<Results<Ok<Order>, ProblemHttpResult>> HandleAsync(
        Guid id,
        OrdersDbContext db,
        PromisedDates promises,
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
        var (known, promisedAt) =
            row.Status == OrderStatus.Backordered.Name()
                ? await promises.OfAsync(id, cancellationToken)
                : (false, null);
        return TypedResults.Ok(
            new Order(
                row.Id,
                row.Number,
                row.Customer,
                row.Status,
                row.Version,
                Money.Normalize(row.Total),
                known ? SagaRules.Expectation(promisedAt) : row.Reason,
                row.Shortages is null
                    ? null
                    : JsonSerializer.Deserialize<List<Shortage>>(row.Shortages, JsonSerializerOptions.Web),
                row.AcceptedAt,
                row.UpdatedAt,
                row.DecideBy,
                promisedAt,
                row.Status == OrderStatusNames.AwaitingPayment ? row.PayBy : null,
                [
                    .. OrderActions
                        .In(OrderStatuses.Parse(row.Status))
                        .Where(a => !a.ForOperators || context.User.IsOperator())
                        .Select(a => a.Name),
                ],
                found.Lines.ConvertAll(l => new OrderLine(
                    l.Line,
                    l.Sku,
                    l.Quantity,
                    Money.Normalize(l.UnitPrice),
                    l.Cancelled,
                    l.Shipped,
                    l.Returned
                ))
            )
        );
    }
}
