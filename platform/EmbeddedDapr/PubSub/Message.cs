namespace EmbeddedDapr.PubSub;

/// <summary>A topic of a pub/sub component.</summary>
internal readonly record struct TopicName(string PubSub, string Topic)
{
    public override string ToString() => $"{PubSub}/{Topic}";
}

/// <summary>A published message as it is stored.</summary>
/// <param name="Metadata">The publisher's metadata; delivered beside the message.</param>
/// <param name="TimeToLive">Null: unlimited.</param>
internal sealed record Message(
    byte[] Payload,
    string ContentType,
    IReadOnlyDictionary<string, string> Metadata,
    TimeSpan? TimeToLive
);

/// <summary>A message leased by a delivery loop.</summary>
/// <param name="Failures">The number of failed attempts so far.</param>
/// <param name="LeasedUntil">
/// Identifies the lease: a later value means that another loop has leased the message.
/// </param>
internal sealed record LeasedMessage(
    long Id,
    byte[] Payload,
    string ContentType,
    IReadOnlyDictionary<string, string> Metadata,
    int Failures,
    DateTime LeasedUntil,
    bool Expired
);
