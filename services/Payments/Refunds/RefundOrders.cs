using DaprShop.Contracts;
using DaprShop.Payments.Model;
using DaprShop.Payments.Provider;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Payments.Refunds;

/// <summary>
/// <c>POST /refunds</c>: Orders refunds these orders; charges that arrive later are refused. The refunds are decided
/// when the response is sent; a provider that does not answer is asked until it does. A repeated request changes nothing.
/// </summary>
internal static class RefundOrders
{
    public static async Task<NoContent> HandleAsync(
        RefundRequest request,
        PaymentStore store,
        ProviderCalls calls,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var payments = request.OrderIds.Distinct().Select(id => Payment.New(id, 0, "")).ToList();
        var now = time.GetUtcNow();
        var decided = await store.DecideAsync(payments, p => RefundRules.Refund(p, now), cancellationToken);
        await calls.AskAsync(decided.Calls, cancellationToken);
        return TypedResults.NoContent();
    }
}
