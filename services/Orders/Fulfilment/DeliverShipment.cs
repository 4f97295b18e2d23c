using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Orders.Fulfilment;

/// <summary><c>POST /shipments/{id}/delivery</c>: a shipment has arrived. When the last one has, the order is delivered. Saying it again changes nothing.</summary>
internal static class DeliverShipment
{
    /// <param name="OrderStatus">The order's, now.</param>
    internal sealed record Delivered(Guid Id, string OrderStatus);

    public static async Task<Ok<Delivered>> HandleAsync(
        Guid id,
        ShipmentStore shipments,
        HttpContext context,
        CancellationToken cancellationToken
    ) => TypedResults.Ok(new Delivered(id, await shipments.DeliverAsync(id, context.Name(), cancellationToken)));
}
