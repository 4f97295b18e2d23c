using DaprShop.Contracts;
using DaprShop.Payments.Model;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Payments.Charging;

/// <summary>
/// <c>POST /payments/{orderId}/captures</c>: the provider reports that it captured an order's money, however late. The
/// money of an order that has ended is refunded at once. A repeated report changes nothing. (The provider is simulated;
/// an operator sends the report.)
/// </summary>
internal static class RecordCapture
{
    public static async Task<Results<Ok<RecordedCapture>, ProblemHttpResult>> HandleAsync(
        Guid orderId,
        PaymentStore store,
        CancellationToken cancellationToken
    )
    {
        if (!await store.WasChargeRequestedAsync(orderId, cancellationToken))
            return Problems.NotFound($"charge of order {orderId}");
        var decided = await store.DecideAsync(
            [Payment.New(orderId, 0, "")],
            ChargeRules.RecordCapture,
            cancellationToken
        );
        return TypedResults.Ok(new RecordedCapture(orderId, decided[orderId].State));
    }

    /// <summary>The payment's state after the report: captured, or refunded where the report came too late.</summary>
    internal sealed record RecordedCapture(Guid OrderId, ChargeState State);
}
