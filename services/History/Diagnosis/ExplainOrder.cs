using System.Net;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.History.Timelines;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.History.Diagnosis;

/// <summary>
/// <c>GET /orders/{id}/why</c>: why an order has its status. A service that does not answer is a finding, not a failure.
/// </summary>
internal static class ExplainOrder
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    public static async Task<Results<Ok<Explanation>, ProblemHttpResult>> HandleAsync(
        Guid id,
        TimelineReader timelines,
        InboxReader inbox,
        IHttpClientFactory clients,
        TimeProvider time,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var knownOwner = await timelines.OwnerAsync(id, cancellationToken);
        if (knownOwner is not null && !context.User.IsOperator() && knownOwner != context.Name())
            return Problems.NotFound("order");

        var answers = (
            Order: GetAsync<OrderState>(clients, time, Apps.Orders, $"internal/orders/{id}/state", cancellationToken),
            Claims: GetAsync<OrderClaims>(
                clients,
                time,
                Apps.Inventory,
                $"internal/orders/{id}/claims",
                cancellationToken
            ),
            Payment: GetAsync<OrderPayment>(
                clients,
                time,
                Apps.Payments,
                $"internal/orders/{id}/payment",
                cancellationToken
            )
        );
        var (order, isUnknown) = await answers.Order;
        var (claims, _) = await answers.Claims;
        var (payment, _) = await answers.Payment;
        if (isUnknown)
            return Problems.NotFound("order");
        var owner = knownOwner ?? order?.Customer;
        if (owner is null)
            return Problems.Of(
                503,
                "orders-unavailable",
                "Orders is unavailable",
                "History has not read the order's events yet, and Orders does not answer. Retry later."
            );
        if (!context.User.IsOperator() && owner != context.Name())
            return Problems.NotFound("order");

        // Read after the services' answers: an event that arrives in between does not count as lag.
        var (applied, parked) = await inbox.ReadAsync(id, cancellationToken);
        var evidence = new Evidence(order, claims, payment, parked, applied, time.GetUtcNow());
        return TypedResults.Ok(
            new Explanation(id, order?.Status, DiagnosisRules.Explain(evidence), order, claims, payment)
        );
    }

    private static async Task<(T? Answer, bool IsUnknown)> GetAsync<T>(
        IHttpClientFactory clients,
        TimeProvider time,
        string app,
        string path,
        CancellationToken cancellationToken
    )
        where T : class
    {
        using var timeout = new CancellationTokenSource(Timeout, time);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using var response = await clients.CreateClient(app).GetAsync(path, deadline.Token);
            if (!response.IsSuccessStatusCode)
                return (null, response.StatusCode == HttpStatusCode.NotFound);
            return (await response.Content.ReadFromJsonAsync<T>(JsonSerializerOptions.Web, deadline.Token), false);
        }
        catch (Exception e)
            when (e is HttpRequestException or JsonException
                || e is OperationCanceledException && !cancellationToken.IsCancellationRequested
            )
        {
            return (null, false);
        }
    }

    /// <summary>
    /// Why an order has its status. The first of <paramref name="Findings"/> is the actual cause. <paramref name="Order"/>,
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
