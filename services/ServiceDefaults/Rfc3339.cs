using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace DaprShop.ServiceDefaults;

/// <summary>
/// Times as RFC 3339 writes them: with date, time and the offset from UTC. Without an offset a time would be that of
/// the server's time zone, and <c>05/06/2026</c> is June or May.
/// </summary>
public static partial class Rfc3339
{
    /// <summary>What is allowed, for people.</summary>
    public const string Expectation =
        "an RFC 3339 time with its offset from UTC, such as 2026-11-30T12:00:00Z or 2026-11-30T13:00:00+01:00 "
        + "(in a URL, write + as %2B)";

    /// <summary>Reads a time; false where the text is none.</summary>
    public static bool TryParse(string? text, out DateTimeOffset time)
    {
        time = default;
        return text is not null
            && Format().IsMatch(text)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out time);
    }

    [GeneratedRegex(
        """^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})\z"""
    )]
    private static partial Regex Format();

    /// <summary>Reads times in bodies.</summary>
    internal sealed class Converter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(
            ref Utf8JsonReader reader,
            Type typeToConvert,
            JsonSerializerOptions options
        ) =>
            reader.TokenType == JsonTokenType.String && TryParse(reader.GetString(), out var time)
                ? time
                : throw new JsonException($"A time must be {Expectation}.");

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value);
    }
}
