using System.Globalization;
using System.Text.RegularExpressions;

namespace EmbeddedDapr.Resources;

/// <summary>Durations as Dapr's YAML writes them: <c>500ms</c>, <c>1m30s</c>.</summary>
internal static partial class GoDuration
{
    /// <exception cref="FormatException">It is none.</exception>
    public static TimeSpan Parse(string text)
    {
        var parts = Part().Matches(text);
        if (parts.Count == 0 || parts.Sum(p => p.Length) != text.Length)
            throw new FormatException($"'{text}' is not a duration; write it as in 500ms, 5s, 1m30s or 2h.");
        return TimeSpan.FromMilliseconds(
            parts.Sum(p =>
                double.Parse(p.Groups[1].ValueSpan, CultureInfo.InvariantCulture) * Milliseconds(p.Groups[2].Value)
            )
        );
    }

    private static double Milliseconds(string unit) =>
        unit switch
        {
            "us" => 0.001,
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            _ => 3_600_000,
        };

    [GeneratedRegex(@"([0-9]+(?:\.[0-9]+)?)(us|ms|s|m|h)")]
    private static partial Regex Part();
}
