using System.Globalization;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Gateway.ServerSentEvents;

/// <summary>The header with which a client of a stream says what it has: the id of its last event.</summary>
internal static class LastEventId
{
    private const string Header = "Last-Event-ID";

    /// <summary>400: the header is not the id of an event.</summary>
    public static ProblemHttpResult Invalid =>
        Problems.Of(
            400,
            "bad-last-event-id",
            "Invalid Last-Event-ID",
            $"{Header} must be the id of the last event that you received, a whole number, or absent."
        );

    /// <summary>The request's header, parsed.</summary>
    public static long? Parse(HttpContext context) => Parse(context.Request.Headers[Header].ToString());

    /// <summary>
    /// 0 when absent, null when it is not a whole number. A number larger than any version is ahead like any other that
    /// is too large.
    /// </summary>
    public static long? Parse(string header)
    {
        if (header.Length == 0)
            return 0;
        if (!header.All(char.IsAsciiDigit))
            return null;
        return long.TryParse(header, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : long.MaxValue;
    }
}
