using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Orders.Fulfilment;

/// <summary>
/// <c>POST /shipments/{id}/delivery</c>: records the arrival of a shipment. With the last one the order is delivered.
/// Repeating it changes nothing.
/// </summary>
internal static class DeliverShipment
{
    /// <param name="OrderStatus">The order's status afterwards.</param>
    internal sealed record DeliveredShipment(Guid Id, string OrderStatus);

    public static async Task<Ok<DeliveredShipment>> HandleAsync(
        Guid id,
        ShipmentStore shipments,
        HttpContext context,
        CancellationToken cancellationToken
    ) =>
        TypedResults.Ok(new DeliveredShipment(id, await shipments.DeliverAsync(id, context.Name(), cancellationToken)));
}
