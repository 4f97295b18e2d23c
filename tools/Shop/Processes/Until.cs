namespace DaprShop.Shop.Processes;

/// <summary>Waits for a condition by asking, up to a deadline.</summary>
internal static class Until
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>False when the deadline passed before the condition held.</summary>
    public static async Task<bool> TrueAsync(Func<Task<bool>> condition, TimeSpan deadline, CancellationToken cancel = default)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > deadline)
                return false;
            await Task.Delay(Pause, cancel);
        }
        return true;
    }
}
