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
/// <c>Last-Event-ID</c> gets no event twice.
/// </summary>
internal static class StreamBulkProgress
{
    private static readonly TimeSpan MinInterval = TimeSpan.FromMilliseconds(500);

    public static async Task<Results<EventStreamResult, ForwardedResult, ProblemHttpResult>> HandleAsync(
        Guid id,
        HttpContext context,
        BulkOrdersClient orders,
        TimeProvider time
    )
    {
        var path = $"bulk-orders/{id}";
        var first = await orders.GetAsync(context, path);
        if (first is null)
            return GatewayProblems.Unavailable(context, Apps.Orders);
        if (!first.IsSuccessStatusCode)
            return new ForwardedResult(first);
        first.Dispose();
        return new EventStreamResult(ReadProgressAsync(context, orders, path, time, CancellationToken.None));
    }

    private static async IAsyncEnumerable<ServerSentEvent> ReadProgressAsync(
        HttpContext context,
        BulkOrdersClient orders,
        string path,
        TimeProvider time,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var lastSent = ParseLastEventId(context.Request.Headers["Last-Event-ID"]);
        while (true)
        {
            var started = time.GetTimestamp();
            using var response = await orders.GetAsync(context, path);

            // An outage of Orders is waited out; a rejection is final.
            if (response is { IsSuccessStatusCode: false })
                yield break;
            if (response is not null)
            {
                var text = await response.Content.ReadAsStringAsync(cancellationToken);
                using var job = JsonDocument.Parse(text);
                var version = job.RootElement.GetProperty("version").GetInt64();
                if (version > lastSent)
                    yield return new ServerSentEvent(version.ToString(CultureInfo.InvariantCulture), "progress", text);
                lastSent = Math.Max(lastSent, version);
                if (job.RootElement.GetProperty("settled").GetBoolean())
                    yield break;
            }

            // Counting a large job's orders takes a while: one stream uses a fifth of a core at most.
            var pause = time.GetElapsedTime(started) * 4;
            await Task.Delay(pause > MinInterval ? pause : MinInterval, time, cancellationToken);
        }
    }

    private static long ParseLastEventId(string? header) =>
        long.TryParse(header, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : -1;
}
