namespace DaprShop.Shop.Supervision;

/// <summary>
/// The delay before the next restart: it doubles from 0.2 s to 10 s, and is 0.2 s again after a run of at least 30 s.
/// </summary>
internal sealed class RestartDelay
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(0.2);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StableRun = TimeSpan.FromSeconds(30);
    private TimeSpan _next = Shortest;

    /// <param name="ran">How long the process ran before it died.</param>
    public TimeSpan Next(TimeSpan ran)
    {
        var delay = ran >= StableRun ? Shortest : _next;
        _next = delay * 2 < Longest ? delay * 2 : Longest;
        return delay;
    }
}
