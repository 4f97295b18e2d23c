namespace DaprShop.Shop.Processes;

/// <summary>Polls a condition until it holds or a timeout passes.</summary>
internal static class Poll
{
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>Polls every 50 ms. False when the timeout passed before the condition held.</summary>
    public static Task<bool> UntilAsync(
        Func<Task<bool>> condition,
        TimeSpan timeout,
        CancellationToken cancel = default
    ) => UntilAsync(condition, DefaultInterval, timeout, cancel);

    /// <summary>Polls at an interval of its own, for a condition that is expensive to evaluate.</summary>
    public static async Task<bool> UntilAsync(
        Func<Task<bool>> condition,
        TimeSpan interval,
        TimeSpan timeout,
        CancellationToken cancel
    )
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > timeout)
                return false;
            await Task.Delay(interval, cancel);
        }
        return true;
    }
}
