using DaprShop.Contracts;
using DaprShop.Payments.Model;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Payments.Refunds;

/// <summary>
/// <c>POST /refunds</c>: Orders refunds these orders; charges that arrive later are refused. A repeated request changes
/// nothing.
/// </summary>
internal static class RefundOrders
{
    public static async Task<NoContent> HandleAsync(
        RefundRequest request,
        PaymentStore store,
        CancellationToken cancellationToken
    )
    {
        var payments = request.OrderIds.Distinct().Select(id => Payment.New(id, 0, "")).ToList();
        await store.DecideAsync(payments, RefundRules.Refund, cancellationToken);
        return TypedResults.NoContent();
    }
}
