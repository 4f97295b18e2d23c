using DaprShop.Contracts;
using DaprShop.Payments.Data;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Payments.Features;

/// <summary><c>POST /refunds/parts</c>: Orders gives part of an order's money back, for a return. Asking again changes nothing.</summary>
internal static class RefundPart
{
    public static void MapRefundPart(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/refunds/parts", HandleAsync).ExcludeFromDescription();

    private static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        PartRefundRequest request,
        PaymentStore payments,
        CancellationToken cancellationToken
    )
    {
        if (request.Amount <= 0)
            return Problems.Invalid([new("/amount", "An amount is more than zero.")]);
        return await payments.RefundPartAsync(request.Reference, request.OrderId, request.Amount, cancellationToken)
            ? TypedResults.NoContent()
            : Problems.Of(
                409,
                "not-captured",
                "So much was not captured",
                $"Of order {request.OrderId}, GBP {request.Amount} cannot be given back."
            );
    }
}
