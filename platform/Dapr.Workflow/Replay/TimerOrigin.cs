using Google.Protobuf.WellKnownTypes;

namespace Dapr.Workflow.Replay;

/// <summary>Constants of the timers that go with external events.</summary>
internal static class TimerOrigin
{
    /// <summary>When a wait without end is over: 9999-12-31T23:59:59.999999999Z.</summary>
    public static Timestamp Never { get; } = new() { Seconds = 253402300799, Nanos = 999999999 };
}
