using System.Globalization;
using System.Text.RegularExpressions;

namespace EmbeddedDapr.Resources;

/// <summary>Reads Go durations, the notation of Dapr's YAML and actor API: <c>500ms</c>, <c>1m30s</c>.</summary>
internal static partial class GoDuration
{
    /// <exception cref="FormatException">The text is not a duration.</exception>
    public static TimeSpan Parse(string text)
    {
        var parts = Part().Matches(text);
        if (parts.Count == 0 || parts.Sum(p => p.Length) != text.Length)
            throw new FormatException($"'{text}' is not a duration; examples: 500ms, 5s, 1m30s, 2h.");
        return parts.Aggregate(TimeSpan.Zero, (sum, part) =>
            sum + Unit(part.Groups[2].Value) * double.Parse(part.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
        );
    }

    private static TimeSpan Unit(string name) =>
        name switch
        {
            "h" => TimeSpan.FromHours(1),
            "m" => TimeSpan.FromMinutes(1),
            "s" => TimeSpan.FromSeconds(1),
            "ms" => TimeSpan.FromMilliseconds(1),
            "us" or "µs" => TimeSpan.FromMicroseconds(1),
            _ => TimeSpan.FromTicks(1) / 100,
        };

    [GeneratedRegex(@"([0-9]+(?:\.[0-9]+)?)(h|ms|us|µs|ns|m|s)")]
    private static partial Regex Part();
}
