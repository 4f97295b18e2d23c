using DaprShop.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Orders.Fulfilment;

/// <summary>
/// <c>POST /payments/lapsed</c>: Payments tells that an order's authorisation has ended and could not be renewed. The
/// order cannot be shipped then, and is listed for operators. A repeated request changes nothing.
/// </summary>
internal static class RecordLapse
{
    public static async Task<NoContent> HandleAsync(
        LapsedPayment request,
        ShipmentStore shipments,
        CancellationToken cancellationToken
    )
    {
        await shipments.MarkLapsedAsync(request.OrderId, cancellationToken);
        return TypedResults.NoContent();
    }
}
