namespace EmbeddedDapr.PubSub;

/// <summary>A component and one of its topics.</summary>
internal readonly record struct TopicName(string PubSub, string Topic)
{
    public override string ToString() => $"{PubSub}/{Topic}";
}

/// <summary>What is stored of one that was published.</summary>
/// <param name="Metadata">The publisher's; a subscriber gets it beside the message.</param>
/// <param name="TimeToLive">Null: for ever.</param>
internal sealed record Message(
    byte[] Payload,
    string ContentType,
    IReadOnlyDictionary<string, string> Metadata,
    TimeSpan? TimeToLive
);

/// <summary>A message that a delivery loop holds until its lease ends.</summary>
/// <param name="Failures">Attempts so far that failed.</param>
/// <param name="LeasedUntil">Names the lease: whoever holds a later one has taken the message over.</param>
internal sealed record Leased(
    long Id,
    byte[] Payload,
    string ContentType,
    IReadOnlyDictionary<string, string> Metadata,
    int Failures,
    DateTime LeasedUntil,
    bool Expired
);
