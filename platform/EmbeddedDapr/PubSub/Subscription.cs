using EmbeddedDapr.Resources;

namespace EmbeddedDapr.PubSub;

/// <summary>An app's subscription to a topic.</summary>
/// <param name="Route">The path of deliveries; starts with a slash.</param>
/// <param name="Raw">Payloads are wrapped as bytes instead of delivered as CloudEvents.</param>
/// <param name="BulkSize">The largest number of messages in one bulk; 0: one request per message.</param>
/// <param name="DeadLetterTopic">The topic of dead letters; null: none.</param>
internal sealed record Subscription(
    string PubSub,
    string Topic,
    string Route,
    IReadOnlyDictionary<string, string> Metadata,
    bool Raw,
    int BulkSize,
    string? DeadLetterTopic
);
