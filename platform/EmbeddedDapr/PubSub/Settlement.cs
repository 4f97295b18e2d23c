namespace EmbeddedDapr.PubSub;

/// <summary>The outcomes of the messages of one delivery.</summary>
internal sealed class Settlement
{
    /// <summary>Ids of handled or dropped messages.</summary>
    public List<long> Done { get; } = [];

    /// <summary>Messages to redeliver after a wait.</summary>
    public List<(LeasedMessage Message, TimeSpan Wait, int Failures)> Retry { get; } = [];

    /// <summary>Messages to dead-letter.</summary>
    public List<(LeasedMessage Message, string Cause)> Dead { get; } = [];
}
