namespace Dapr.Workflow.Worker;

/// <summary>Every limit and wait, in one place.</summary>
internal static class Timing
{
    /// <summary>The machine's own: an app that tests with a clock of its making must not stop its connections with it.</summary>
    public static TimeProvider Clock => TimeProvider.System;

    public static readonly TimeSpan Connect = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan Hello = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan Complete = TimeSpan.FromSeconds(30);
    public static readonly TimeSpan Start = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan Manage = TimeSpan.FromSeconds(30);

    /// <summary>How often a state is read before its reader is told of the failure, and the time in between.</summary>
    public const int ReadAttempts = 3;
    public static readonly TimeSpan ReadAgain = TimeSpan.FromMilliseconds(50);

    /// <summary>The sidecar waits for a workflow that does not exist, too: only after the first round is it looked for.</summary>
    public static readonly TimeSpan FirstWaitRound = TimeSpan.FromSeconds(2);

    /// <summary>One round of a wait that is repeated until its caller has enough.</summary>
    public static readonly TimeSpan WaitRound = TimeSpan.FromSeconds(30);

    /// <summary>The sidecar refuses pings that come more often than every 8 s.</summary>
    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(60);
    public static readonly TimeSpan KeepAliveAnswer = TimeSpan.FromSeconds(30);

    public static readonly TimeSpan FirstReconnect = TimeSpan.FromMilliseconds(200);
    public static readonly TimeSpan SlowestRedial = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan SlowestReconnect = TimeSpan.FromSeconds(5);

    /// <summary>How long a stopping worker works on, and how long nothing must have come for it to stop before that.</summary>
    public static readonly TimeSpan Drain = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(500);

    /// <summary>The wait before the next attempt: half as long again each time.</summary>
    public static TimeSpan Slower(TimeSpan wait) => wait * 1.5 < SlowestReconnect ? wait * 1.5 : SlowestReconnect;
}
