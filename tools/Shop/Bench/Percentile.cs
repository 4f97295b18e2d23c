namespace DaprShop.Shop.Bench;

/// <summary>Percentiles of measured values.</summary>
internal static class Percentile
{
    /// <param name="sorted">Values in ascending order; at least one.</param>
    /// <param name="fraction">0.5 for the median, 0.99 for the 99th percentile.</param>
    /// <returns>The value, rounded to one decimal.</returns>
    public static double Of(IReadOnlyList<double> sorted, double fraction) =>
        Math.Round(sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * fraction))], 1);
}
