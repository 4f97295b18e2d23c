using Dapr;
using Dapr.Client;
using DaprShop.Contracts;
using DaprShop.ServiceDefaults;

namespace DaprShop.Messaging;

/// <summary>
/// Publishes pages as CloudEvents through the sidecar: each page as work, and its condensed form as a broadcast.
/// </summary>
internal sealed class PagePublisher(
    string topic,
    Func<EventPage, EventPage?>? broadcast,
    DaprClient dapr,
    IFailpoints failpoints
)
{
    /// <exception cref="DaprException">The broker did not acknowledge all pages.</exception>
    public async Task PublishAsync(IReadOnlyList<EventPage> pages, CancellationToken cancellationToken)
    {
        var broadcasts = broadcast is null ? [] : pages.Select(broadcast).OfType<EventPage>().ToList();
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
