namespace DaprShop.Shop.Processes;

/// <summary>Waits for a condition by asking, up to a deadline.</summary>
internal static class Until
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>False when the deadline passed before the condition held.</summary>
    public static Task<bool> TrueAsync(
        Func<Task<bool>> condition,
        TimeSpan deadline,
        CancellationToken cancel = default
    ) => TrueAsync(condition, Pause, deadline, cancel);

    /// <summary>The same for a question that costs something: with a pause between asking.</summary>
    public static async Task<bool> TrueAsync(
        Func<Task<bool>> condition,
        TimeSpan pause,
        TimeSpan deadline,
        CancellationToken cancel
    )
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > deadline)
                return false;
            await Task.Delay(pause, cancel);
        }
        return true;
    }
}
