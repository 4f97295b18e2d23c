using Dapr;
using Dapr.Client;
using DaprShop.Contracts;

namespace DaprShop.Messaging;

/// <summary>Publishes pages as CloudEvents, through the sidecar.</summary>
internal sealed class PagePublisher(string topic, DaprClient dapr)
{
    /// <exception cref="DaprException">The broker has not acknowledged all of them.</exception>
    public async Task PublishAsync(IReadOnlyList<EventPage> pages, CancellationToken cancellationToken)
    {
        var messages = pages.Select(page => new CloudEvent<EventPage>(page)
        {
            Id = $"{page.Producer}/{page.Events[0].Position}-{page.Events[^1].Position}",
            Source = new Uri($"urn:daprshop:{page.Producer}"),
            Type = EventTypes.Page,
            Subject = page.Producer,
            Time = page.Events[^1].OccurredAt,
        }).ToList();
        var response = await dapr.BulkPublishEventAsync(Components.PubSub, topic, messages, cancellationToken: cancellationToken);
        if (response.FailedEntries.Count > 0)
            throw new DaprException($"{response.FailedEntries.Count} of {messages.Count} messages were refused: {response.FailedEntries[0].ErrorMessage}");
    }
}
