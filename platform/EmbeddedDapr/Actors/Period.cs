using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml;

namespace EmbeddedDapr.Actors;

/// <summary>How often something repeats: a Go duration (<c>1h2m3s4ms</c>) or an ISO 8601 one (<c>R3/PT10S</c>).</summary>
/// <param name="Every">Null when it does not repeat.</param>
/// <param name="Times">How often in all; null for no end.</param>
internal sealed partial record Period(TimeSpan? Every, int? Times)
{
    public static Period Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return new(null, 1);
        var (times, duration) = ((int?)null, text);
        if (Repeated().Match(text) is { Success: true } repeated)
        {
            times =
                repeated.Groups[1].Length == 0
                    ? null
                    : int.Parse(repeated.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            duration = repeated.Groups[2].Value;
        }
        var every = duration.Length == 0 ? TimeSpan.Zero : ParseDuration(duration);
        return every > TimeSpan.Zero ? new(every, times) : new(null, 1);
    }

    /// <summary>When a due time, or the end of a time to live, is: a duration from now, or a time.</summary>
    public static DateTimeOffset? ParseTime(string? text, DateTimeOffset now) =>
        string.IsNullOrEmpty(text) ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
        && text.Contains('-', StringComparison.Ordinal)
        && char.IsAsciiDigit(text[0])
            ? time
        : now + ParseDuration(text);

    public static TimeSpan ParseDuration(string text)
    {
        if (text.StartsWith('P'))
            return XmlConvert.ToTimeSpan(text);
        if (text == "0")
            return TimeSpan.Zero;
        if (!Go().IsMatch(text))
            throw new FormatException(
                $"'{text}' is no duration; allowed are Go's (1h2m3s4ms) and ISO 8601's (PT10S, R3/PT10S)."
            );
        return Part()
            .Matches(text)
            .Aggregate(TimeSpan.Zero, (sum, part) =>
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

    [GeneratedRegex(@"^R(\d*)/?(.*)$")]
    private static partial Regex Repeated();

    [GeneratedRegex(@"^(\d+(\.\d+)?(h|ms|us|µs|ns|m|s))+$")]
    private static partial Regex Go();

    [GeneratedRegex(@"(\d+(?:\.\d+)?)(h|ms|us|µs|ns|m|s)")]
    private static partial Regex Part();
}
