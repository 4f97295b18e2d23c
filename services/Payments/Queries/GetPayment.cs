using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Payments.Queries;

/// <summary><c>GET /payments/{orderId}</c>: an order's payment, with the calls of the provider.</summary>
internal static class GetPayment
{
    public static async Task<Results<Ok<PaymentView>, ProblemHttpResult>> HandleAsync(
        Guid orderId,
        PaymentReader payments,
        CancellationToken cancellationToken
    ) =>
        await payments.FindAsync(orderId, cancellationToken) is { } payment
            ? TypedResults.Ok(payment)
            : Problems.NotFound($"payment of order {orderId}");
}
