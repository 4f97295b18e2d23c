using System.Globalization;
using DaprShop.Shop.Processes;

namespace DaprShop.Conformance.Runtime;

/// <summary>Waits for a condition, with a deadline that a busy machine keeps.</summary>
internal static class Wait
{
    /// <summary>Seconds in <c>CONFORMANCE_PATIENCE</c>, for runs that are meant to fail.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(
        int.Parse(Environment.GetEnvironmentVariable("CONFORMANCE_PATIENCE") ?? "300", CultureInfo.InvariantCulture)
    );

    /// <summary>Asks until <paramref name="condition"/> holds.</summary>
    /// <exception cref="TimeoutException">It never did; says <paramref name="what"/> was waited for, and shows <paramref name="logs"/>.</exception>
    public static async Task ForAsync(
        Func<Task<bool>> condition,
        string what,
        Func<string>? logs = null,
        TimeSpan? patience = null
    )
    {
        if (!await UntilAsync(condition, patience ?? Patience))
            throw new TimeoutException($"Waited in vain: {what}.{Environment.NewLine}{logs?.Invoke()}");
    }

    public static Task ForAsync(
        Func<bool> condition,
        string what,
        Func<string>? logs = null,
        TimeSpan? patience = null
    ) => ForAsync(() => Task.FromResult(condition()), what, logs, patience);

    /// <summary>False when <paramref name="condition"/> did not hold in time.</summary>
    public static Task<bool> UntilAsync(Func<Task<bool>> condition, TimeSpan patience) =>
        Until.TrueAsync(condition, patience);
}
