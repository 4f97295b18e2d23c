using Dapr;
using Dapr.Client;
using DaprShop.Contracts;
using DaprShop.ServiceDefaults;
using Microsoft.Extensions.Logging;

namespace DaprShop.Messaging;

/// <summary>
/// Publishes pages as CloudEvents through the sidecar: each page as work, and its condensed form as a broadcast.
/// </summary>
internal sealed class PagePublisher(
    string topic,
    Func<EventPage, EventPage?>? broadcast,
    DaprClient dapr,
    IFailpoints failpoints,
    ILogger logger
)
{
    /// <exception cref="DaprException">The broker did not acknowledge all pages.</exception>
    public async Task PublishAsync(IReadOnlyList<EventPage> pages, CancellationToken cancellationToken)
    {
        var broadcasts = broadcast is null ? [] : Condense(pages, broadcast, logger);
        await failpoints.ReachAsync($"publishing-{topic}");
        var work = PublishAsync(Components.PubSub, topic, pages, cancellationToken);
        await (
            broadcasts.Count == 0
                ? work
                : Task.WhenAll(
                    work,
                    PublishAsync(Components.Broadcast, Topics.BroadcastOf(topic), broadcasts, cancellationToken)
                )
        );
        await failpoints.ReachAsync($"published-{topic}");
    }

    /// <summary>
    /// What is broadcast of the pages. An event that cannot be condensed is left out: its consumers park it.
    /// </summary>
    internal static List<EventPage> Condense(
        IReadOnlyList<EventPage> pages,
        Func<EventPage, EventPage?> condense,
        ILogger logger
    )
    {
        var condensed = new List<EventPage>();
        var waiting = new Stack<EventPage>(pages.Reverse());
        while (waiting.TryPop(out var page))
        {
            try
            {
                if (condense(page) is { } broadcast)
                    condensed.Add(broadcast);
            }
#pragma warning disable CA1031 // No event may stop the relay, whatever is wrong with it.
            catch (Exception e)
#pragma warning restore CA1031
            {
                logger.LogNotBroadcast(page.Producer, page.Events[0].Position, page.Events[^1].Position, e);
                if (page.Events.Count > 1)
                    foreach (var entry in page.Events.Reverse())
                        waiting.Push(page with { Events = [entry] });
            }
        }

        return condensed;
    }

    private async Task PublishAsync(
        string component,
        string name,
        IReadOnlyList<EventPage> pages,
        CancellationToken cancellationToken
    )
    {
        var messages = pages
            .Select(page => new CloudEvent<EventPage>(page)
            {
                Id = $"{page.Producer}/{page.Events[0].Position}-{page.Events[^1].Position}",
                Source = new Uri($"urn:daprshop:{page.Producer}"),
                Type = EventTypes.Page,
                Subject = page.Producer,
                Time = page.Events[^1].OccurredAt,
            })
            .ToList();
        var response = await dapr.BulkPublishEventAsync(
            component,
            name,
            messages,
            cancellationToken: cancellationToken
        );
        if (response.FailedEntries.Count > 0)
            throw new DaprException(
                $"{response.FailedEntries.Count} of {messages.Count} messages were not published: {response.FailedEntries[0].ErrorMessage}"
            );
    }
}
