using System.Globalization;
using DaprShop.Contracts;
using DaprShop.Gateway.Streams;
using DaprShop.ServiceDefaults;

namespace DaprShop.Gateway.Features;

/// <summary>
/// <c>GET /orders/{id}/events</c>: an order's status, live, as server-sent events. It begins with the order's first version, or right after
/// <c>Last-Event-ID</c>, and ends after the order's last status; who then comes again is answered 204, which tells an EventSource to stop.
/// </summary>
internal static class StreamOrder
{
    private const string LastEventId = "Last-Event-ID";

    public static void MapStreamOrder(this IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/orders/{id:guid}/events", HandleAsync)
            .RequireAuthorization(Identity.Customer)
            .WithTags("Orders")
            .WithSummary("An order's status, live, as server-sent events")
            .WithDescription(
                "Each event has the order's version as its id; Last-Event-ID resumes right after it. The stream ends after the order's last status (delivered, rejected, cancelled, expired); who then comes again is answered 204, which tells an EventSource to stop. Event `snapshot` tells the present to a client that is ahead of the order."
            )
            .Produces<string>(StatusCodes.Status200OK, "text/event-stream")
            .Produces(StatusCodes.Status204NoContent);

    private static async Task<IResult> HandleAsync(
        Guid id,
        HttpContext context,
        OrderSource orders,
        LiveOrders live,
        StreamLimits limits,
        StreamSettings settings,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var sent = context.Request.Headers[LastEventId].ToString();
        if (!TryParse(sent, out var last))
            return Problems.Of(
                400,
                "bad-last-event-id",
                "Bad Last-Event-ID",
                "Last-Event-ID is the id of the last event that you have, a whole number, or is left out."
            );
        if (Enter(context, limits, settings) is { } tooMany)
            return tooMany;

        // Before Orders is asked: whatever happens after its answer is heard.
        var watch = live.Of(id);
        context.Response.RegisterForDispose(watch);
        var (authorization, caller) = (context.Request.Headers.Authorization.ToString(), context.Owner());
        if (watch.Remembered(last, caller) is not { } first)
        {
            var answer = await orders.AskAsync(id, last, authorization, cancellationToken);
            if (answer.Refusal is { } refusal)
                return Results.Text(refusal.Problem, "application/problem+json", statusCode: refusal.Status);
            if (answer.Transitions is not { } told)
                return UpstreamProblems.Away(context, Apps.Orders);
            watch.Remember(told, caller);
            first = told;
        }

        if (first.Version == last && OrderTransition.FinalStatuses.Contains(first.Status))
            return Results.NoContent();
        return new EventStream(
            new OrderStream(orders, settings, time, watch.News, authorization, last).FollowAsync(
                first,
                CancellationToken.None
            )
        );
    }

    /// <summary>Larger ones than an order's version can be are ahead of it as well.</summary>
    private static bool TryParse(string sent, out int version)
    {
        version = 0;
        if (sent.Length == 0)
            return true;
        if (!sent.All(char.IsAsciiDigit))
            return false;
        version = int.TryParse(sent, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : int.MaxValue;
        return true;
    }

    /// <summary>Takes a place among the caller's streams until the response ends; a refusal where all are taken.</summary>
    internal static IResult? Enter(HttpContext context, StreamLimits limits, StreamSettings settings)
    {
        var allowed = context.User.IsOperator() ? settings.PerOperator : settings.PerCustomer;
        if (limits.Enter(context.Name(), allowed) is { } place)
        {
            context.Response.RegisterForDispose(place);
            return null;
        }

        context.Response.Headers.RetryAfter = "1";
        return Problems.Of(
            429,
            "too-many-streams",
            "Too many streams",
            $"You may have {allowed} streams open at once, and have. Close one first.",
            ("allowed", allowed)
        );
    }
}
