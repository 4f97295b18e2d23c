using DaprShop.Contracts;
using DaprShop.Payments.Model;
using DaprShop.Payments.Provider;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Payments.Capturing;

/// <summary>
/// <c>POST /captures</c>: Orders captures a shipment's share of authorised money before the units leave. A repeated
/// request returns what became of the first one.
/// </summary>
internal static class CaptureShipment
{
    public static async Task<Results<Ok<CaptureResponse>, ProblemHttpResult>> HandleAsync(
        CaptureRequest request,
        PaymentStore store,
        ProviderCalls calls,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        if (request.Total < 0)
            return Problems.Invalid([new("/total", "Must not be negative.")]);
        var now = time.GetUtcNow();
        var key = ProviderCall.CaptureKey(request.ShipmentId);
        var decided = await store.CaptureAsync(
            request.OrderId,
            key,
            payment => CaptureRules.Capture(payment, request.ShipmentId, request.Total, request.IsLast, now),
            cancellationToken
        );
        if (decided is not { } found)
            return Problems.NotFound($"payment of order {request.OrderId}");
        if (found.Asks is not { } call)
            return TypedResults.Ok(CaptureRules.Outcome(found.Payment, found.Earlier, request.Total));
        if (call.Key != key)
        {
            // Only the rest is voided, which nobody waits for.
            calls.AskInBackground([call]);
            return TypedResults.Ok(CaptureRules.Outcome(found.Payment, null, request.Total));
        }

        await calls.AskAsync([call], cancellationToken);
        var (payment, answered) = await store.FindCaptureAsync(request.OrderId, key, cancellationToken);
        return TypedResults.Ok(CaptureRules.Outcome(payment, answered, request.Total));
    }
}
