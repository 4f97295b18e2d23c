using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.History.Timelines;

/// <summary>
/// <c>GET /stock/{sku}/timeline</c>, <c>GET /locations/{location}/timeline</c>: where units came from and went, newest
/// first.
/// </summary>
internal static class GetStockTimeline
{
    public static async Task<Results<Ok<StockTimelinePage>, ProblemHttpResult>> HandleSkuAsync(
        string sku,
        TimelineReader timelines,
        CancellationToken cancellationToken,
        string? location = null,
        string? kind = null,
        DateTimeOffset? from = null,
        DateTimeOffset? until = null,
        string? cursor = null,
        int limit = TimelinePages.DefaultLimit
    )
    {
        if (!StockCursor.TryParse(cursor, out var before))
            return TimelinePages.InvalidCursor;
        var pageSize = TimelinePages.Clamp(limit);
        var entries = await timelines.SkuAsync(
            sku,
            location,
            before,
            new EntryFilter(kind, from, until),
            pageSize,
            cancellationToken
        );
        return TypedResults.Ok(
            new StockTimelinePage(sku, location, entries, Next(entries, pageSize, last => last.Location))
        );
    }

    public static async Task<Results<Ok<StockTimelinePage>, ProblemHttpResult>> HandleLocationAsync(
        string location,
        TimelineReader timelines,
        CancellationToken cancellationToken,
        string? kind = null,
        DateTimeOffset? from = null,
        DateTimeOffset? until = null,
        string? cursor = null,
        int limit = TimelinePages.DefaultLimit
    )
    {
        if (!StockCursor.TryParse(cursor, out var before))
            return TimelinePages.InvalidCursor;
        var pageSize = TimelinePages.Clamp(limit);
        var entries = await timelines.LocationAsync(
            location,
            before,
            new EntryFilter(kind, from, until),
            pageSize,
            cancellationToken
        );
        return TypedResults.Ok(
            new StockTimelinePage(null, location, entries, Next(entries, pageSize, last => last.Sku))
        );
    }

    private static string? Next(
        List<StockTimelineEntry> entries,
        int pageSize,
        Func<StockTimelineEntry, string> name
    ) =>
        entries.Count == pageSize && entries[^1] is var last
            ? new StockCursor(last.Operation, name(last), last.Sequence).ToString()
            : null;

    /// <summary>
    /// A page of a stock timeline. <paramref name="Cursor"/> gets the next page (with the same filters); null on the
    /// last page.
    /// </summary>
    internal sealed record StockTimelinePage(
        string? Sku,
        string? Location,
        IReadOnlyList<StockTimelineEntry> Entries,
        string? Cursor
    );
}
