using DaprShop.Contracts;
using DaprShop.Payments.Data;
using DaprShop.Payments.Domain;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Payments.Features;

/// <summary><c>POST /refunds</c>: Orders wants the money of these orders given back, and no charge of theirs accepted any more.</summary>
internal static class RefundOrders
{
    public static void MapRefundOrders(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/refunds", HandleAsync).ExcludeFromDescription();

    private static async Task<NoContent> HandleAsync(
        RefundRequest request,
        PaymentStore payments,
        CancellationToken cancellationToken
    )
    {
        var mentioned = request.OrderIds.Distinct().Select(id => Payment.Unknown(id, 0, "")).ToList();
        await payments.DecideAsync(mentioned, Charging.Refund, cancellationToken);
        return TypedResults.NoContent();
    }
}
