using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Gateway.Forwarding;
using DaprShop.Gateway.ServerSentEvents;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Gateway.BulkUpload;

/// <summary>
/// <c>GET /bulk-orders/{id}/events</c>: a job's progress as server-sent events until the job is settled. Each event
/// contains the whole job and has the job's version as its id. Versions only increase, so a client that reconnects with
/// <c>Last-Event-ID</c> gets no event twice; one that is ahead of the job gets a snapshot, and one that has the settled
/// job gets 204, which makes an EventSource stop.
/// </summary>
internal static class StreamBulkProgress
{
    private static readonly TimeSpan MinInterval = TimeSpan.FromMilliseconds(500);

    public static async Task<Results<EventStreamResult, NoContent, ForwardedResult, ProblemHttpResult>> HandleAsync(
        Guid id,
        HttpContext context,
        BulkOrdersClient orders,
        TimeProvider time
    )
    {
        if (LastEventId.Parse(context) is not { } lastSent)
            return LastEventId.Invalid;
        var path = $"bulk-orders/{id}";
        var response = await orders.GetAsync(context, path);
        if (response is null)
            return GatewayProblems.Unavailable(context, Apps.Orders);
        if (!response.IsSuccessStatusCode)
            return new ForwardedResult(response);
        var first = await Progress.ReadAsync(response, context.RequestAborted);
        response.Dispose();

        // An EventSource reconnects for ever, unless it gets 204.
        if (first.IsSettled && first.Version == lastSent)
            return TypedResults.NoContent();
        return new EventStreamResult(
            ReadProgressAsync(context, orders, path, first, lastSent, time, CancellationToken.None)
        );
    }

    private static async IAsyncEnumerable<ServerSentEvent> ReadProgressAsync(
        HttpContext context,
        BulkOrdersClient orders,
        string path,
        Progress first,
        long lastSent,
        TimeProvider time,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        // The client's version is not from this job's past: send it the current state and continue from there.
        if (first.Version < lastSent)
        {
            yield return first.ToEvent("snapshot");
            lastSent = first.Version;
        }

        var started = time.GetTimestamp();
        Progress? next = first;
        while (true)
        {
            // An outage of Orders is waited out.
            if (next is not null)
            {
                if (next.Version > lastSent)
                    yield return next.ToEvent("progress");
                lastSent = Math.Max(lastSent, next.Version);
                if (next.IsSettled)
                    yield break;
            }

            // Counting a large job's orders takes a while: one stream uses a fifth of a core at most.
            var pause = time.GetElapsedTime(started) * 4;
            await Task.Delay(pause > MinInterval ? pause : MinInterval, time, cancellationToken);
            started = time.GetTimestamp();
            using var response = await orders.GetAsync(context, path);

            // A rejection is final.
            if (response is { IsSuccessStatusCode: false })
                yield break;
            next = response is null ? null : await Progress.ReadAsync(response, cancellationToken);
        }
    }

    /// <summary>A job as Orders describes it.</summary>
    private sealed record Progress(long Version, bool IsSettled, string Text)
    {
        public static async Task<Progress> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
        {
            var text = await response.Content.ReadAsStringAsync(cancellationToken);
            using var job = JsonDocument.Parse(text);
            return new Progress(
                job.RootElement.GetProperty("version").GetInt64(),
                job.RootElement.GetProperty("settled").GetBoolean(),
                text
            );
        }

        public ServerSentEvent ToEvent(string type) => new(Version.ToString(CultureInfo.InvariantCulture), type, Text);
    }
}
