using System.Text.Json;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace DaprShop.Orders.Fulfilment;

/// <summary><c>GET /orders/{id}/shipments</c>: the shipments of an order.</summary>
internal static class ListShipments
{
    /// <param name="State">preparing, dispatched, delivered or refused.</param>
    internal sealed record ShipmentView(
        Guid Id,
        int Number,
        string State,
        IReadOnlyList<ShippedLine> Lines,
        string? Reason,
        DateTimeOffset CreatedAt,
        DateTimeOffset? DispatchedAt,
        DateTimeOffset? DeliveredAt
    );

    public static async Task<Results<Ok<ShipmentView[]>, ProblemHttpResult>> HandleAsync(
        Guid id,
        OrdersDbContext db,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (!await db.IsVisibleAsync(id, context, cancellationToken))
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
                    JsonSerializer.Deserialize<List<ShippedLine>>(s.Lines, JsonSerializerOptions.Web)!,
                    s.Reason,
                    s.CreatedAt,
                    s.DispatchedAt,
                    s.DeliveredAt
                ))
                .ToArray()
        );
    }
}
