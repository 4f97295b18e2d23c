using DaprShop.Contracts;
using DaprShop.Payments.Model;
using DaprShop.Payments.Provider;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Payments.Refunds;

/// <summary>
/// <c>POST /refunds/parts</c>: Orders refunds part of an order's money, for a return or cancelled units. A repeated
/// request changes nothing.
/// </summary>
internal static class RefundPart
{
    public static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        PartRefundRequest request,
        PaymentStore store,
        ProviderCalls calls,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        if (request.Amount <= 0)
            return Problems.Invalid([new("/amount", "Must be greater than 0.")]);
        var now = time.GetUtcNow();
        var decided = await store.RefundPartAsync(
            request.Reference,
            request.OrderId,
            payment => RefundRules.RefundPart(payment, request.Reference, request.Amount, now, request.Total),
            cancellationToken
        );
        if (decided is null)
            return Problems.Of(
                409,
                "refund-exceeds-captured-amount",
                "Refund exceeds the captured amount",
                $"Less than GBP {request.Amount} of the money captured for order {request.OrderId} is left to refund."
            );
        await calls.AskAsync(decided, cancellationToken);
        return TypedResults.NoContent();
    }
}
