using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.History.Timelines;

/// <summary>What all pages of timelines have in common.</summary>
internal static class TimelinePages
{
    /// <summary>Entries per page, unless the client asks for another number.</summary>
    public const int DefaultLimit = 100;

    private const int MaxLimit = 500;

    /// <summary>The client's limit, brought between 1 and 500.</summary>
    public static int Clamp(int limit) => Math.Clamp(limit, 1, MaxLimit);

    public static ProblemHttpResult InvalidCursor =>
        Problems.Of(
            400,
            "invalid-cursor",
            "Invalid cursor",
            "Send the cursor of the previous page, or omit it to get the first page."
        );
}

/// <summary>An entry of an order's timeline as clients get it.</summary>
/// <param name="Source">The service that published the event.</param>
/// <param name="Text">What happened, in one sentence.</param>
/// <param name="From">The order's status before; null where it did not change.</param>
/// <param name="To">The order's status after; null where it did not change.</param>
/// <param name="Version">The order's version after it; null where the order did not change.</param>
/// <param name="Actor">The customer or operator who caused it; null where the shop did.</param>
/// <param name="Trace">W3C trace id of the request that caused it.</param>
internal sealed record TimelineEntryView(
    Guid OrderId,
    DateTimeOffset At,
    string Source,
    string Type,
    string Text,
    string? From,
    string? To,
    string? Reason,
    EntryDetails? Details,
    int? Version,
    string? Actor,
    string? Trace
)
{
    public static TimelineEntryView Of(TimelineEntry e) =>
        new(
            e.OrderId,
            e.At,
            EntryTextRules.SourceOf(e.Step),
            e.Type,
            EntryTextRules.TextOf(e),
            e.From,
            e.To,
            e.Reason,
            e.Details,
            e.Version,
            e.Actor,
            e.Trace
        );
}
