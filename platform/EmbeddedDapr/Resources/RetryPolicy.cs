namespace EmbeddedDapr.Resources;

/// <summary>How often, and after how long, something that failed is tried again: a policy of kind Resiliency.</summary>
/// <param name="Exponential">Each wait is 1.5 times the one before, from half a second; else each is <paramref name="Duration"/>.</param>
/// <param name="MaxRetries">Negative: without end.</param>
internal sealed record RetryPolicy(bool Exponential, TimeSpan Duration, TimeSpan MaxInterval, int MaxRetries)
{
    private const double Growth = 1.5;
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(500);

    /// <summary>For what has no policy and must not be lost.</summary>
    public static RetryPolicy Forever { get; } = new(true, First, TimeSpan.FromMinutes(1), -1);

    /// <summary>For what has no policy and somewhere to go.</summary>
    public static RetryPolicy Never { get; } = new(false, First, First, 0);

    /// <param name="failures">Failed attempts so far, at least 1.</param>
    public bool IsExhaustedAfter(int failures) => MaxRetries >= 0 && failures > MaxRetries;

    /// <param name="failures">Failed attempts so far, at least 1.</param>
    public TimeSpan WaitAfter(int failures) =>
        Exponential
            ? TimeSpan.FromTicks((long)Math.Min(First.Ticks * Math.Pow(Growth, failures - 1), MaxInterval.Ticks))
            : Duration;
}
