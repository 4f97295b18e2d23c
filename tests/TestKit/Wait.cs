using System.Diagnostics;

namespace DaprShop.TestKit;

/// <summary>Waits for a condition, with a deadline.</summary>
public static class Wait
{
    /// <summary>
    /// The deadline where a call names none. A project whose tests start whole shops sets a longer one.
    /// </summary>
    public static TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The pause between two evaluations of a condition.</summary>
    public static TimeSpan Interval { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Evaluates <paramref name="condition"/> until it holds.</summary>
    /// <param name="condition">The condition; an exception it throws ends the wait.</param>
    /// <param name="what">The condition in words, for the exception.</param>
    /// <param name="details">Adds to the exception's message, such as the end of a log.</param>
    /// <param name="timeout">The deadline; <see cref="Timeout"/> if null.</param>
    /// <exception cref="TimeoutException">The condition did not hold before the deadline.</exception>
    public static async Task UntilAsync(
        Func<Task<bool>> condition,
        string what,
        Func<string>? details = null,
        TimeSpan? timeout = null
    )
    {
        var limit = timeout ?? Timeout;
        if (!await HoldsWithinAsync(condition, limit))
            throw new TimeoutException(
                $"Timed out after {limit.TotalSeconds:0} s waiting until {what}."
                    + $"{Environment.NewLine}{details?.Invoke()}"
            );
    }

    /// <inheritdoc cref="UntilAsync(Func{Task{bool}}, string, Func{string}, TimeSpan?)"/>
    public static Task UntilAsync(
        Func<bool> condition,
        string what,
        Func<string>? details = null,
        TimeSpan? timeout = null
    ) => UntilAsync(() => Task.FromResult(condition()), what, details, timeout);

    /// <summary>
    /// Evaluates <paramref name="condition"/> until it holds or <paramref name="timeout"/> has passed.
    /// </summary>
    /// <returns>Whether the condition held in time.</returns>
    public static async Task<bool> HoldsWithinAsync(Func<Task<bool>> condition, TimeSpan timeout)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(started) > timeout)
                return false;
            await Task.Delay(Interval);
        }

        return true;
    }
}
