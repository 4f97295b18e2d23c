using EmbeddedDapr.Resources;

namespace EmbeddedDapr.PubSub;

/// <summary>What an app wants of a topic.</summary>
/// <param name="Route">Where deliveries are posted; starts with a slash.</param>
/// <param name="Raw">What arrives is wrapped, instead of being expected to be a CloudEvent.</param>
/// <param name="BulkSize">How many messages at most are sent in one bulk; 0 when each is sent by itself.</param>
/// <param name="DeadLetterTopic">Where what was given up goes; null when the app named none.</param>
internal sealed record Subscription(
    string PubSub,
    string Topic,
    string Route,
    IReadOnlyDictionary<string, string> Metadata,
    bool Raw,
    int BulkSize,
    string? DeadLetterTopic
);
