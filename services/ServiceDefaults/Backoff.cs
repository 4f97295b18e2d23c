namespace DaprShop.ServiceDefaults;

/// <summary>
/// Exponential waits between attempts: <paramref name="first"/>, then doubling up to <paramref name="longest"/>.
/// </summary>
public sealed class Backoff(TimeSpan first, TimeSpan longest)
{
    private const int MaxDoublings = 16;
    private int _failures;

    /// <summary>Waits before the next attempt.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) =>
        Task.Delay(
            TimeSpan.FromTicks(Math.Min(first.Ticks << Math.Min(_failures++, MaxDoublings), longest.Ticks)),
            cancellationToken
        );

    /// <summary>Starts again from the first wait, after an attempt that succeeded.</summary>
    public void Reset() => _failures = 0;
}
