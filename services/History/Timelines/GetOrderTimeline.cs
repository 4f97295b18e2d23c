using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.History.Timelines;

/// <summary><c>GET /orders/{id}/timeline</c>: what happened to an order, page by page.</summary>
internal static class GetOrderTimeline
{
    private const string OldestFirst = "asc";
    private const string NewestFirst = "desc";

    public static async Task<Results<Ok<OrderTimelinePage>, ProblemHttpResult>> HandleAsync(
        Guid id,
        TimelineReader timelines,
        OrderEventsClient orders,
        HttpContext context,
        CancellationToken cancellationToken,
        string? cursor = null,
        string order = OldestFirst,
        string? type = null,
        DateTimeOffset? from = null,
        DateTimeOffset? until = null,
        int limit = TimelinePages.DefaultLimit
    )
    {
        if (order is not (OldestFirst or NewestFirst))
            return Problems.Invalid([new("order", $"Must be {OldestFirst} or {NewestFirst}.")]);
        var first = order == OldestFirst ? TimelineCursor.Start : TimelineCursor.End;
        if (!TimelineCursor.TryParse(cursor, first, out var after))
            return TimelinePages.InvalidCursor;
        var owner = await timelines.OwnerAsync(id, cancellationToken);
        IReadOnlyList<TimelineEntry> unread = [];
        if (owner is null)
            (owner, unread) = await ReadFromOrdersAsync(id, orders, cancellationToken);
        if (!context.User.IsOperator() && owner != context.Name())
            return Problems.NotFound($"order {id}");

        var pageSize = TimelinePages.Clamp(limit);
        var filter = new EntryFilter(type, from, until);
        var isNewestFirst = order == NewestFirst;
        IReadOnlyList<TimelineEntry> entries = await timelines.OrderAsync(
            id,
            after,
            filter,
            isNewestFirst,
            pageSize,
            cancellationToken
        );
        if (unread.Count > 0)
            entries = TimelineRules.Merge(entries, unread, after, filter, isNewestFirst, pageSize);
        if (owner is null && cursor is null && entries.Count == 0)
            return Problems.NotFound($"order {id}");
        return TypedResults.Ok(
            new OrderTimelinePage(
                id,
                [.. entries.Select(TimelineEntryView.Of)],
                entries.Count == pageSize ? TimelineCursor.After(entries[^1]).ToString() : null
            )
        );
    }

    /// <summary>
    /// The order's customer and its entries so far: History reads an order's events a moment after its 202. An order
    /// that Orders does not know has neither.
    /// </summary>
    private static async Task<(string? Owner, IReadOnlyList<TimelineEntry> Entries)> ReadFromOrdersAsync(
        Guid id,
        OrderEventsClient orders,
        CancellationToken cancellationToken
    )
    {
        var events = await orders.ReadAsync(id, cancellationToken);
        return (
            events.Select(TimelineRules.OwnerOf).FirstOrDefault(o => o is not null)?.Customer,
            [.. events.SelectMany(TimelineRules.EntriesOf)]
        );
    }

    /// <summary>
    /// A page of an order's timeline. <paramref name="Cursor"/> gets the next page; null on the last page.
    /// </summary>
    internal sealed record OrderTimelinePage(Guid OrderId, IReadOnlyList<TimelineEntryView> Entries, string? Cursor);
}
