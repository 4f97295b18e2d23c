namespace EmbeddedDapr.PubSub;

/// <summary>What became of the messages of one delivery.</summary>
internal sealed class Settlement
{
    /// <summary>Ids of those that were handled or dropped.</summary>
    public List<long> Done { get; } = [];

    /// <summary>Those to be handed out again, after a wait.</summary>
    public List<(Leased Message, TimeSpan Wait, int Failures)> Again { get; } = [];

    /// <summary>Those that were given up.</summary>
    public List<(Leased Message, string Cause)> Dead { get; } = [];
}
