namespace DaprShop.ServiceKit;

/// <summary>Waits for a condition, with a deadline.</summary>
public static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Asks until <paramref name="condition"/> holds.</summary>
    /// <exception cref="TimeoutException">It never did; <paramref name="what"/> says what was waited for.</exception>
    public static async Task BecomesTrueAsync(Func<Task<bool>> condition, string what)
    {
        for (var left = Deadline; !await condition(); left -= Pause)
        {
            if (left < TimeSpan.Zero)
                throw new TimeoutException($"Waited in vain: {what}.");
            await Task.Delay(Pause);
        }
    }
}
