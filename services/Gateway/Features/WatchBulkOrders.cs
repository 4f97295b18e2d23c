using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
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
        routes.MapGet("/bulk-orders/{id:guid}/events", HandleAsync).RequireAuthorization(Identity.Customer).ExcludeFromDescription();

    private static async Task HandleAsync(Guid id, HttpContext context, BulkDoor door, TimeProvider time)
    {
        var path = $"bulk-orders/{id}";
        using var first = await door.AskAsync(context, HttpMethod.Get, path);
        if (first is null) await UpstreamProblems.AnswerAwayAsync(context, Contracts.Apps.Orders);
        else if (!first.IsSuccessStatusCode) await BulkDoor.PassOnAsync(first, context);
        else await TypedResults.ServerSentEvents(ProgressAsync(context, door, path, time, context.RequestAborted)).ExecuteAsync(context);
    }

    private static async IAsyncEnumerable<SseItem<string>> ProgressAsync(
        HttpContext context, BulkDoor door, string path, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var told = long.TryParse(context.Request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out var last) ? last : -1;
        while (true)
        {
            var asked = time.GetTimestamp();
            using var answer = await door.AskAsync(context, HttpMethod.Get, path);

            // Orders may be away for a moment; a refusal stays one.
            if (answer is { IsSuccessStatusCode: false }) yield break;
            if (answer is not null)
            {
                var text = await answer.Content.ReadAsStringAsync(cancellationToken);
                using var job = JsonDocument.Parse(text);
                var version = job.RootElement.GetProperty("version").GetInt64();
                if (version > told) yield return new SseItem<string>(text, "progress") { EventId = version.ToString(CultureInfo.InvariantCulture) };
                told = Math.Max(told, version);
                if (job.RootElement.GetProperty("settled").GetBoolean()) yield break;
            }

            // Counting a long job's orders takes a while: watching it takes a fifth of a core at most.
            var took = time.GetElapsedTime(asked) * 4;
            await Task.Delay(took > Pause ? took : Pause, time, cancellationToken);
        }
    }
}
