using System.Globalization;

namespace DaprShop.Rules.Tests;

/// <summary>How many samples the property tests try.</summary>
internal static class Samples
{
    /// <summary>
    /// <paramref name="full"/>, or a part of it where <c>PROPERTY_SAMPLES</c> names a percentage: mutation testing runs
    /// the tests once per mutant.
    /// </summary>
    public static int Of(int full) =>
        Environment.GetEnvironmentVariable("PROPERTY_SAMPLES") is { Length: > 0 } percent
            ? Math.Max(1, full * int.Parse(percent, CultureInfo.InvariantCulture) / 100)
            : full;

    /// <summary>Random sequences of commands on stock: <c>STOCK_SEQUENCES</c>, else 1,000.</summary>
    public static int Sequences =>
        Of(
            Environment.GetEnvironmentVariable("STOCK_SEQUENCES") is { Length: > 0 } count
                ? int.Parse(count, CultureInfo.InvariantCulture)
                : 1_000
        );
}
