using Dapr;
using Dapr.Client;
using DaprShop.Contracts;

namespace DaprShop.Messaging;

/// <summary>Publishes pages as CloudEvents, through the sidecar: as work, and what is to be broadcast of them to everybody.</summary>
internal sealed class PagePublisher(string topic, Func<EventPage, EventPage?>? broadcast, DaprClient dapr)
{
    /// <exception cref="DaprException">The broker has not acknowledged all of them.</exception>
    public async Task PublishAsync(IReadOnlyList<EventPage> pages, CancellationToken cancellationToken)
    {
        var told = broadcast is null ? [] : pages.Select(broadcast).OfType<EventPage>().ToList();
        await Steps.ReachAsync($"publishing-{topic}");
        var work = PublishAsync(Components.PubSub, topic, pages, cancellationToken);
        await (
            told.Count == 0
                ? work
                : Task.WhenAll(
                    work,
                    PublishAsync(Components.Broadcast, Topics.BroadcastOf(topic), told, cancellationToken)
                )
        );
        await Steps.ReachAsync($"published-{topic}");
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
                $"{response.FailedEntries.Count} of {messages.Count} messages were refused: {response.FailedEntries[0].ErrorMessage}"
            );
    }
}
