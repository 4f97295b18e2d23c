using System.Net;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.History.Data;
using DaprShop.History.Domain;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.History.Features;

/// <summary><c>GET /orders/{id}/why</c>: why an order is where it is. Services that are away are findings, not failures.</summary>
internal static class ExplainOrder
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static void MapExplainOrder(this IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/orders/{id:guid}/why", HandleAsync)
            .RequireAuthorization(Identity.Customer)
            .WithName("ExplainOrder")
            .WithTags("History")
            .WithSummary("Why an order is where it is: the true cause first.");

    private static async Task<Results<Ok<Explanation>, ProblemHttpResult>> HandleAsync(
        Guid id,
        TimelineReader timelines,
        IntakeReader intake,
        IHttpClientFactory clients,
        TimeProvider time,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var known = await timelines.OwnerAsync(id, cancellationToken);
        if (known is not null && !context.User.IsOperator() && known != context.Name())
            return Problems.NotFound("order");

        var asked = (
            Order: AskAsync<OrderState>(clients, time, Apps.Orders, $"internal/orders/{id}/state", cancellationToken),
            Claims: AskAsync<OrderClaims>(
                clients,
                time,
                Apps.Inventory,
                $"internal/orders/{id}/claims",
                cancellationToken
            ),
            Payment: AskAsync<OrderPayment>(
                clients,
                time,
                Apps.Payments,
                $"internal/orders/{id}/payment",
                cancellationToken
            )
        );
        var (order, isUnknown) = await asked.Order;
        var evidence = new Evidence(
            order,
            (await asked.Claims).Answer,
            (await asked.Payment).Answer,
            [],
            new Dictionary<string, long>(),
            time.GetUtcNow()
        );

        var owner = known ?? order?.Customer;
        if (isUnknown)
            return Problems.NotFound("order");
        if (owner is null)
            return Problems.Of(
                503,
                "orders-away",
                "Orders does not answer",
                "History does not know the order yet, and Orders does not answer. Ask again later."
            );
        if (!context.User.IsOperator() && owner != context.Name())
            return Problems.NotFound("order");

        // Read last: what a service has told of meanwhile is no lag.
        var (seen, parked) = await intake.ReadAsync(id, cancellationToken);
        evidence = evidence with { Seen = seen, Parked = parked };
        return TypedResults.Ok(
            new Explanation(id, order?.Status, Diagnosis.Of(evidence), order, evidence.Claims, evidence.Payment)
        );
    }

    private static async Task<(T? Answer, bool IsUnknown)> AskAsync<T>(
        IHttpClientFactory clients,
        TimeProvider time,
        string app,
        string path,
        CancellationToken cancellationToken
    )
        where T : class
    {
        using var late = new CancellationTokenSource(Patience, time);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
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

    /// <summary>Why an order is where it is. <paramref name="Findings"/>' first is the true cause; a part is null where its service does not answer.</summary>
    internal sealed record Explanation(
        Guid OrderId,
        string? Status,
        IReadOnlyList<Finding> Findings,
        OrderState? Order,
        OrderClaims? Claims,
        OrderPayment? Payment
    );
}
