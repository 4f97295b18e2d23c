using System.Globalization;
using DaprShop.History.Data;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.History.Features;

/// <summary><c>GET /stock/{sku}/timeline</c>, <c>GET /locations/{location}/timeline</c>: where units came from and went, newest first.</summary>
internal static class GetStockTimeline
{
    private const int MaxPage = 500;

    public static void MapGetStockTimeline(this IEndpointRouteBuilder routes)
    {
        routes
            .MapGet("/stock/{sku}/timeline", OfSkuAsync)
            .RequireAuthorization(Identity.Operator)
            .WithName("GetStockTimeline")
            .WithTags("History")
            .WithSummary("Every movement of a SKU, newest first: at one location, of one kind, or of one time.");
        routes
            .MapGet("/locations/{location}/timeline", OfLocationAsync)
            .RequireAuthorization(Identity.Operator)
            .WithName("GetLocationTimeline")
            .WithTags("History")
            .WithSummary("Every movement at a location, newest first: of one kind, or of one time.");
    }

    private static async Task<Results<Ok<Page>, ProblemHttpResult>> OfSkuAsync(
        string sku,
        TimelineReader timelines,
        CancellationToken cancellationToken,
        string? location = null,
        string? kind = null,
        DateTimeOffset? from = null,
        DateTimeOffset? until = null,
        string? cursor = null,
        int limit = 100
    )
    {
        var (take, filter) = (Math.Clamp(limit, 1, MaxPage), new EntryFilter(kind, from, until));
        if (!TryParse(cursor, out var before))
            return BadCursor;
        var entries = location is null
            ? await timelines.StockAsync(sku, before, filter, take, cancellationToken)
            : await timelines.StockAsync(sku, location, before.Sequence, filter, take, cancellationToken);
        return TypedResults.Ok(
            new Page(sku, location, entries, entries.Count == take ? Format(entries[^1], entries[^1].Location) : null)
        );
    }

    private static async Task<Results<Ok<Page>, ProblemHttpResult>> OfLocationAsync(
        string location,
        TimelineReader timelines,
        CancellationToken cancellationToken,
        string? kind = null,
        DateTimeOffset? from = null,
        DateTimeOffset? until = null,
        string? cursor = null,
        int limit = 100
    )
    {
        var take = Math.Clamp(limit, 1, MaxPage);
        if (!TryParse(cursor, out var before))
            return BadCursor;
        var entries = await timelines.LocationAsync(
            location,
            before,
            new EntryFilter(kind, from, until),
            take,
            cancellationToken
        );
        return TypedResults.Ok(
            new Page(null, location, entries, entries.Count == take ? Format(entries[^1], entries[^1].Sku) : null)
        );
    }

    private static ProblemHttpResult BadCursor =>
        Problems.Of(400, "bad-cursor", "Bad cursor", "Send the cursor of the page before, or none.");

    private static string Format(StockEntry last, string name) =>
        string.Create(CultureInfo.InvariantCulture, $"{last.Operation}-{last.Sequence}-{name}");

    private static bool TryParse(string? text, out (long Operation, string Name, long Sequence) before)
    {
        before = (long.MaxValue, "", long.MaxValue);
        if (text is null)
            return true;
        if (
            text.Split('-', 3) is not [var operation, var sequence, var name]
            || !long.TryParse(operation, CultureInfo.InvariantCulture, out var position)
            || !long.TryParse(sequence, CultureInfo.InvariantCulture, out var number)
        )
            return false;
        before = (position, name, number);
        return true;
    }

    /// <summary>A page of a timeline. <paramref name="Cursor"/> gets the next (with the same filters); null at the end.</summary>
    internal sealed record Page(string? Sku, string? Location, IReadOnlyList<StockEntry> Entries, string? Cursor);
}
