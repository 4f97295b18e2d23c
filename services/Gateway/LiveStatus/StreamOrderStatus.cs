using DaprShop.Contracts;
using DaprShop.Gateway.Forwarding;
using DaprShop.Gateway.ServerSentEvents;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Gateway.LiveStatus;

/// <summary>
/// <c>GET /orders/{id}/events</c>: an order's status changes as server-sent events, from its first version or from the
/// one after <c>Last-Event-ID</c>, up to its final status. A client that reconnects afterwards gets 204, which makes an
/// EventSource stop.
/// </summary>
internal static class StreamOrderStatus
{
    public static async Task<Results<EventStreamResult, NoContent, ContentHttpResult, ProblemHttpResult>> HandleAsync(
        Guid id,
        HttpContext context,
        OrderTransitionsClient orders,
        OrderStatusHub hub,
        StreamOptions options,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        if (LastEventId.Parse(context) is not { } lastEventId)
            return LastEventId.Invalid;
        var lastSent = (int)Math.Min(lastEventId, int.MaxValue);

        // Before Orders is asked: no change after its response may be missed.
        var subscription = hub.Subscribe(id);
        context.Response.RegisterForDispose(subscription);
        var authorization = context.Request.Headers.Authorization.ToString();
        var owner = context.Owner();
        var first = subscription.FindCached(lastSent, owner);
        if (first is null)
        {
            var response = await orders.GetAsync(id, lastSent, authorization, cancellationToken);
            if (response.Rejection is { } rejection)
                return TypedResults.Text(rejection.Problem, "application/problem+json", statusCode: rejection.Status);
            if (response.Transitions is null)
                return GatewayProblems.Unavailable(context, Apps.Orders);
            first = response.Transitions;
            subscription.Cache(first, owner);
        }

        if (OrderStreamRules.IsComplete(first, lastSent))
            return TypedResults.NoContent();
        var stream = new OrderStatusStream(orders, options, time, subscription.Broadcasts, authorization, lastSent);
        return new EventStreamResult(stream.ReadAsync(first, CancellationToken.None));
    }
}
