using DaprShop.Contracts;
using DaprShop.History.Timelines;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.History.Diagnosis;

/// <summary>
/// <c>GET /orders/{id}/why</c>: why an order has its status. A service that does not answer is a finding, not a
/// failure.
/// </summary>
internal static class ExplainOrder
{
    public static async Task<Results<Ok<Explanation>, ProblemHttpResult>> HandleAsync(
        Guid id,
        TimelineReader timelines,
        InboxReader inbox,
        EvidenceClient services,
        TimeProvider time,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var knownOwner = await timelines.OwnerAsync(id, cancellationToken);
        if (knownOwner is not null && !context.User.IsOperator() && knownOwner != context.Name())
            return Problems.NotFound($"order {id}");

        var asked = (
            Order: services.GetOrderAsync(id, cancellationToken),
            Claims: services.GetClaimsAsync(id, cancellationToken),
            Payment: services.GetPaymentAsync(id, cancellationToken)
        );
        var (order, isUnknown) = await asked.Order;
        var (claims, _) = await asked.Claims;
        var (payment, _) = await asked.Payment;
        if (isUnknown)
            return Problems.NotFound($"order {id}");
        var owner = knownOwner ?? order?.Customer;
        if (owner is null)
            throw OrderEventsClient.OrdersUnavailable;
        if (!context.User.IsOperator() && owner != context.Name())
            return Problems.NotFound($"order {id}");

        // Read after the services' answers: an event that arrives in between does not count as lag.
        var (applied, parked) = await inbox.ReadAsync(id, cancellationToken);
        var evidence = new Evidence(order, claims, payment, parked, applied, time.GetUtcNow());
        return TypedResults.Ok(
            new Explanation(id, order?.Status, DiagnosisRules.Explain(evidence), order, claims, payment)
        );
    }

    /// <summary>
    /// Why an order has its status. The first of <paramref name="Findings"/> is the actual cause.
    /// <paramref name="Order"/>,
    /// <paramref name="Claims"/> and <paramref name="Payment"/> are null where their service did not answer.
    /// </summary>
    internal sealed record Explanation(
        Guid OrderId,
        string? Status,
        IReadOnlyList<Finding> Findings,
        OrderState? Order,
        OrderClaims? Claims,
        OrderPayment? Payment
    );
}
