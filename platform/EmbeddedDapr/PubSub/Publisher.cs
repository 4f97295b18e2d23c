using System.Globalization;
using System.Text.Json;
using EmbeddedDapr.Hosting;
using Grpc.Core;

namespace EmbeddedDapr.PubSub;

/// <summary>One message to publish.</summary>
internal sealed record PublishEntry(
    ReadOnlyMemory<byte> Data,
    string ContentType,
    IReadOnlyDictionary<string, string> Metadata
);

/// <summary>Publishes for an app: validates, wraps in envelopes, and stores in one commit.</summary>
internal sealed class Publisher(MessageStore store, TimeProvider clock)
{
    /// <exception cref="ApiException">Nothing was published; the exception says why.</exception>
    public Task PublishAsync(
        Sidecar sidecar,
        TopicName topic,
        IReadOnlyCollection<PublishEntry> entries,
        TraceHeaders trace,
        CancellationToken cancellationToken
    )
    {
        if (!sidecar.Components.Any(c => c.IsPubSub && c.Name == topic.PubSub))
            throw Rejected(
                StatusCodes.Status404NotFound,
                "ERR_PUBSUB_NOT_FOUND",
                $"pubsub {topic.PubSub} is not found"
            );
        if (topic.Topic.Length == 0)
            throw Rejected(
                StatusCodes.Status404NotFound,
                "ERR_TOPIC_NAME_EMPTY",
                $"topic is empty in pubsub {topic.PubSub}"
            );
        return entries.Count == 0
            ? Task.CompletedTask
            : store.PublishAsync(
                topic,
                [.. entries.Select(entry => Prepare(sidecar, topic, entry, trace))],
                cancellationToken
            );
    }

    /// <summary>Checks that each entry has a unique id.</summary>
    public static void CheckIds(IEnumerable<string?> ids, TopicName topic)
    {
        var seen = new HashSet<string>();
        if (!ids.All(id => !string.IsNullOrEmpty(id) && seen.Add(id)))
            throw Unreadable(topic, "entryId is duplicated or not present for entry");
    }

    public static ApiException Unreadable(TopicName topic, string cause) =>
        Rejected(
            StatusCodes.Status400BadRequest,
            "ERR_PUBSUB_EVENTS_SER",
            $"error marshaling events to bytes for topic {topic.Topic} pubsub {topic.PubSub}. error: {cause}"
        );

    private Message Prepare(Sidecar sidecar, TopicName topic, PublishEntry entry, TraceHeaders trace)
    {
        var timeToLive = TimeToLive(entry.Metadata);
        if (
            entry.Metadata.GetValueOrDefault("rawPayload") is { } raw
            && raw.Equals("true", StringComparison.OrdinalIgnoreCase)
        )
        {
            // A bulk delivery embeds the payload as JSON; an invalid one would corrupt the whole bulk.
            if (entry.ContentType == CloudEvents.ContentType && !CloudEvents.IsJson(entry.Data.Span))
                throw Unreadable(topic, "a raw CloudEvent must be JSON");
            return new(entry.Data.ToArray(), entry.ContentType, entry.Metadata, timeToLive);
        }

        var overrides = new CloudEventOverrides(
            entry.Metadata.GetValueOrDefault("cloudevent.id"),
            entry.Metadata.GetValueOrDefault("cloudevent.source"),
            entry.Metadata.GetValueOrDefault("cloudevent.type"),
            entry.Metadata.GetValueOrDefault("cloudevent.subject"),
            clock.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)
        );
        if (!entry.ContentType.StartsWith(CloudEvents.ContentType, StringComparison.OrdinalIgnoreCase))
            return new(
                CloudEvents.Wrap(entry.Data, entry.ContentType, sidecar.AppId, topic, trace, overrides),
                CloudEvents.ContentType,
                entry.Metadata,
                timeToLive
            );
        try
        {
            return new(
                CloudEvents.Complete(entry.Data, topic, trace, overrides),
                CloudEvents.ContentType,
                entry.Metadata,
                timeToLive
            );
        }
        catch (JsonException e)
        {
            throw Rejected(
                StatusCodes.Status400BadRequest,
                "ERR_PUBSUB_CLOUD_EVENTS_SER",
                $"cannot create cloudevent: {e.Message}"
            );
        }
    }

    private static TimeSpan? TimeToLive(IReadOnlyDictionary<string, string> metadata) =>
        metadata.GetValueOrDefault("ttlInSeconds") switch
        {
            null => null,
            var text
                when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                    && seconds > 0 => TimeSpan.FromSeconds(seconds),
            var text => throw ApiException.Malformed($"ttlInSeconds is '{text}'; it must be whole seconds above 0."),
        };

    private static ApiException Rejected(int status, string code, string message) =>
        new(status, StatusCode.InvalidArgument, code, message);
}
