using System.ComponentModel.DataAnnotations;

namespace DaprShop.Gateway.ServerSentEvents;

/// <summary>Settings of all event streams, section <c>Streams</c>.</summary>
internal sealed class StreamOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Streams";

    private const string Shortest = "00:00:00.001";
    private const string Longest = "01:00:00";

    /// <summary>A stream without an event for this long sends a comment.</summary>
    [Range(typeof(TimeSpan), Shortest, Longest)]
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a disconnected client waits before it reconnects (the field <c>retry</c>).</summary>
    [Range(typeof(TimeSpan), Shortest, Longest)]
    public TimeSpan ReconnectDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// An open stream without a broadcast for this long asks Orders for missed changes. A response of Orders is reused
    /// for reconnecting clients for as long.
    /// </summary>
    [Range(typeof(TimeSpan), Shortest, Longest)]
    public TimeSpan ReconcileInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Streams that one customer may have open at one replica.</summary>
    [Range(1, 1_000_000)]
    public int MaxPerCustomer { get; init; } = 20;

    /// <summary>Streams that one operator may have open at one replica.</summary>
    [Range(1, 1_000_000)]
    public int MaxPerOperator { get; init; } = 1_000;
}
