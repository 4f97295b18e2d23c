using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.History.Timelines;

/// <summary>
/// <c>GET /timeline</c>: what happened to all orders of the caller; <c>GET /customers/{customer}/timeline</c>: to those
/// of a customer, for an operator. Newest first.
/// </summary>
internal static class GetCustomerTimeline
{
    public static Task<Results<Ok<CustomerTimelinePage>, ProblemHttpResult>> HandleOwnAsync(
        TimelineReader timelines,
        HttpContext context,
        CancellationToken cancellationToken,
        string? cursor = null,
        string? type = null,
        DateTimeOffset? from = null,
        DateTimeOffset? until = null,
        int limit = TimelinePages.DefaultLimit
    ) => HandleAsync(context.Name(), timelines, cancellationToken, cursor, type, from, until, limit);

    public static async Task<Results<Ok<CustomerTimelinePage>, ProblemHttpResult>> HandleAsync(
        string customer,
        TimelineReader timelines,
        CancellationToken cancellationToken,
        string? cursor = null,
        string? type = null,
        DateTimeOffset? from = null,
        DateTimeOffset? until = null,
        int limit = TimelinePages.DefaultLimit
    )
    {
        if (!TimelineCursor.TryParse(cursor, TimelineCursor.End, out var before))
            return TimelinePages.InvalidCursor;
        var pageSize = TimelinePages.Clamp(limit);
        var entries = await timelines.CustomerAsync(
            customer,
            before,
            new EntryFilter(type, from, until),
            pageSize,
            cancellationToken
        );
        return TypedResults.Ok(
            new CustomerTimelinePage(
                customer,
                [.. entries.Select(TimelineEntryView.Of)],
                entries.Count == pageSize ? TimelineCursor.After(entries[^1]).ToString() : null
            )
        );
    }

    /// <summary>
    /// A page of a customer's timeline. <paramref name="Cursor"/> gets the next page; null on the last page.
    /// </summary>
    internal sealed record CustomerTimelinePage(
        string Customer,
        IReadOnlyList<TimelineEntryView> Entries,
        string? Cursor
    );
}
