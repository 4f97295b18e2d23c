namespace DaprShop.Messaging;

/// <summary>Exponential waits between attempts, from <paramref name="first"/>, doubling, up to <paramref name="longest"/>.</summary>
public sealed class Backoff(TimeSpan first, TimeSpan longest)
{
    private int _failures;

    /// <summary>Waits before the next attempt.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) =>
        Task.Delay(
            TimeSpan.FromTicks(Math.Min(first.Ticks << Math.Min(_failures++, 16), longest.Ticks)),
            cancellationToken
        );

    /// <summary>An attempt succeeded.</summary>
    public void Reset() => _failures = 0;
}
