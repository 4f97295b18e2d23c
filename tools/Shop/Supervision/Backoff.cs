namespace DaprShop.Shop.Supervision;

/// <summary>How long to wait before the next restart: doubling from 0.2 s to 10 s, from the start again after 30 s of peace.</summary>
internal sealed class Backoff
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(0.2);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Peace = TimeSpan.FromSeconds(30);
    private TimeSpan _next = First;

    /// <param name="ran">How long it ran before it died.</param>
    public TimeSpan After(TimeSpan ran)
    {
        var wait = ran >= Peace ? First : _next;
        _next = wait * 2 < Longest ? wait * 2 : Longest;
        return wait;
    }
}
