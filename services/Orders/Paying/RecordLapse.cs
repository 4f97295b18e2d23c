using DaprShop.Contracts;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Orders.Paying;

/// <summary>
/// <c>POST /payments/lapsed</c>: Payments tells that an order's authorisation has ended and could not be renewed. The
/// order cannot be shipped then: its customer is asked for another card. A repeated request changes nothing; 409 asks
/// for a repetition.
/// </summary>
internal static class RecordLapse
{
    public static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        LapsedPayment request,
        LapseStore lapses,
        CancellationToken cancellationToken
    ) =>
        await lapses.RecordAsync(request, cancellationToken)
            ? TypedResults.NoContent()
            : Problems.Of(
                409,
                "order-in-progress",
                "The order is in progress",
                "The order is being shipped or confirmed. Tell it again when this has ended."
            );
}
