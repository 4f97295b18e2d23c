using System.Text.Json;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace DaprShop.Orders.Fulfilment;

/// <summary><c>GET /orders/{id}/cancellations</c>: the cancellations of units of an order.</summary>
internal static class ListCancellations
{
    /// <param name="State">
    /// requested (stock and refund are being processed), settled, or order_cancelled: the order itself was cancelled.
    /// </param>
    /// <param name="Refund">GBP; 0 where the order was not paid, or is refunded as a whole.</param>
    internal sealed record CancellationView(
        Guid Id,
        int Number,
        string State,
        IReadOnlyList<LineQuantity> Lines,
        decimal Refund,
        string? Reason,
        DateTimeOffset CreatedAt,
        DateTimeOffset? SettledAt
    );

    public static async Task<Results<Ok<CancellationView[]>, ProblemHttpResult>> HandleAsync(
        Guid id,
        OrdersDbContext db,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (!await db.IsVisibleAsync(id, context, cancellationToken))
            return Problems.NotFound($"order {id}");
        var rows = await db
            .Cancellations.AsNoTracking()
            .Where(c => c.OrderId == id)
            .OrderBy(c => c.Number)
            .ToListAsync(cancellationToken);
        return TypedResults.Ok(
            rows.Select(c => new CancellationView(
                    c.Id,
                    c.Number,
                    c.State,
                    JsonSerializer.Deserialize<List<LineQuantity>>(c.Lines, JsonSerializerOptions.Web)!,
                    Money.Normalize(c.Amount),
                    c.Reason,
                    c.CreatedAt,
                    c.SettledAt
                ))
                .ToArray()
        );
    }
}
