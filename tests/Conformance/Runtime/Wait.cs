using DaprShop.Shop.Processes;

namespace DaprShop.Conformance.Runtime;

/// <summary>Waits for a condition, with a deadline that a busy machine keeps.</summary>
internal static class Wait
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);

    /// <summary>Asks until <paramref name="condition"/> holds.</summary>
    /// <exception cref="TimeoutException">It never did; says <paramref name="what"/> was waited for, and shows <paramref name="logs"/>.</exception>
    public static async Task ForAsync(Func<Task<bool>> condition, string what, Func<string>? logs = null, TimeSpan? patience = null)
    {
        if (!await UntilAsync(condition, patience ?? Patience))
            throw new TimeoutException($"Waited in vain: {what}.{Environment.NewLine}{logs?.Invoke()}");
    }

    public static Task ForAsync(Func<bool> condition, string what, Func<string>? logs = null, TimeSpan? patience = null) =>
        ForAsync(() => Task.FromResult(condition()), what, logs, patience);

    /// <summary>False when <paramref name="condition"/> did not hold in time.</summary>
    public static Task<bool> UntilAsync(Func<Task<bool>> condition, TimeSpan patience) => Until.TrueAsync(condition, patience);
}
