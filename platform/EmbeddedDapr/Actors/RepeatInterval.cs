using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml;
using EmbeddedDapr.Resources;

namespace EmbeddedDapr.Actors;

/// <summary>The repetition of a timer: a Go duration (<c>1h2m3s4ms</c>) or ISO 8601 (<c>R3/PT10S</c>).</summary>
/// <param name="Every">Null: it does not repeat.</param>
/// <param name="Times">The total number of firings; null: unlimited.</param>
internal sealed partial record RepeatInterval(TimeSpan? Every, int? Times)
{
    public static RepeatInterval Parse(string? text)
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

    /// <summary>Reads a due time or an expiry: a duration from now, or an absolute time.</summary>
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
        return GoDuration.Parse(text);
    }

    [GeneratedRegex(@"^R(\d*)/?(.*)$")]
    private static partial Regex Repeated();
}
