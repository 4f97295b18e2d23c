namespace EmbeddedDapr.Resources;

/// <summary>The number of retries and their delays: a retry policy of a Resiliency resource.</summary>
/// <param name="Exponential">
/// Each delay is 1.5 times the one before, from 500 ms; otherwise each is <paramref name="Duration"/>.
/// </param>
/// <param name="MaxRetries">Negative: unlimited.</param>
internal sealed record RetryPolicy(bool Exponential, TimeSpan Duration, TimeSpan MaxInterval, int MaxRetries)
{
    private const double Growth = 1.5;
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(500);

    /// <summary>The default for deliveries without a dead-letter topic.</summary>
    public static RetryPolicy Forever { get; } = new(true, First, TimeSpan.FromMinutes(1), -1);

    /// <summary>The default for deliveries with a dead-letter topic.</summary>
    public static RetryPolicy Never { get; } = new(false, First, First, 0);

    /// <param name="failures">Failed attempts so far, at least 1.</param>
    public bool IsExhaustedAfter(int failures) => MaxRetries >= 0 && failures > MaxRetries;

    /// <param name="failures">Failed attempts so far, at least 1.</param>
    public TimeSpan WaitAfter(int failures) =>
        Exponential
            ? TimeSpan.FromTicks((long)Math.Min(First.Ticks * Math.Pow(Growth, failures - 1), MaxInterval.Ticks))
            : Duration;
}
