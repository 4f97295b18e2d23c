using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using DaprShop.Gateway.Streams;
using DaprShop.ServiceDefaults;

namespace DaprShop.Gateway.Features;

/// <summary>
/// <c>GET /bulk-orders/{id}/events</c>: a job's progress as server-sent events, until nothing of it is under way. An event is the whole job, and its id
/// the job's version, which only grows: who comes back with <c>Last-Event-ID</c> hears nothing twice.
/// </summary>
internal static class WatchBulkOrders
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    public static void MapWatchBulkOrders(this IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/bulk-orders/{id:guid}/events", HandleAsync)
            .RequireAuthorization(Identity.Customer)
            .WithTags("Bulk orders")
            .WithSummary("A bulk job's progress, live, as server-sent events")
            .WithDescription(
                "Each event is the whole job, and its id the job's version, which only grows; Last-Event-ID leaves out what was told before. The stream ends when the job is settled."
            )
            .Produces<string>(StatusCodes.Status200OK, "text/event-stream");

    private static async Task<IResult> HandleAsync(
        Guid id,
        HttpContext context,
        BulkDoor door,
        StreamLimits limits,
        StreamSettings settings,
        TimeProvider time
    )
    {
        if (StreamOrder.Enter(context, limits, settings) is { } tooMany)
            return tooMany;
        var path = $"bulk-orders/{id}";
        using var first = await door.AskAsync(context, HttpMethod.Get, path);
        if (first is null)
            return UpstreamProblems.Away(context, Contracts.Apps.Orders);
        if (first.IsSuccessStatusCode)
            return new EventStream(ProgressAsync(context, door, path, time, CancellationToken.None));
        return Results.Text(
            await first.Content.ReadAsStringAsync(context.RequestAborted),
            first.Content.Headers.ContentType?.ToString(),
            statusCode: (int)first.StatusCode
        );
    }

    private static async IAsyncEnumerable<StreamEvent> ProgressAsync(
        HttpContext context,
        BulkDoor door,
        string path,
        TimeProvider time,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var told = long.TryParse(
            context.Request.Headers["Last-Event-ID"],
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var last
        )
            ? last
            : -1;
        while (true)
        {
            var asked = time.GetTimestamp();
            using var answer = await door.AskAsync(context, HttpMethod.Get, path);

            // Orders may be away for a moment; a refusal stays one.
            if (answer is { IsSuccessStatusCode: false })
                yield break;
            if (answer is not null)
            {
                var text = await answer.Content.ReadAsStringAsync(cancellationToken);
                using var job = JsonDocument.Parse(text);
                var version = job.RootElement.GetProperty("version").GetInt64();
                if (version > told)
                    yield return new StreamEvent(version.ToString(CultureInfo.InvariantCulture), "progress", text);
                told = Math.Max(told, version);
                if (job.RootElement.GetProperty("settled").GetBoolean())
                    yield break;
            }

            // Counting a long job's orders takes a while: watching it takes a fifth of a core at most.
            var took = time.GetElapsedTime(asked) * 4;
            await Task.Delay(took > Pause ? took : Pause, time, cancellationToken);
        }
    }
}
