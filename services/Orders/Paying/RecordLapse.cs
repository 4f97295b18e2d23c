using DaprShop.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Orders.Paying;

/// <summary>
/// <c>POST /payments/lapsed</c>: Payments tells that an order's authorisation has ended and could not be renewed. The
/// order cannot be shipped then: its customer is asked for another card. A repeated request changes nothing.
/// </summary>
internal static class RecordLapse
{
    public static async Task<NoContent> HandleAsync(
        LapsedPayment request,
        LapseStore lapses,
        CancellationToken cancellationToken
    )
    {
        await lapses.RecordAsync(request.OrderId, cancellationToken);
        return TypedResults.NoContent();
    }
}
