using System.Globalization;
using DaprShop.History.Data;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.History.Features;

/// <summary><c>GET /stock/{sku}/timeline</c>: where a SKU's units came from and went, newest first.</summary>
internal static class GetStockTimeline
{
    private const int MaxPage = 500;

    public static void MapGetStockTimeline(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/stock/{sku}/timeline", HandleAsync).RequireAuthorization(Identity.Operator)
            .WithName("GetStockTimeline").WithTags("History").WithSummary("Every movement of a SKU, newest first.");

    private static async Task<Results<Ok<Page>, ProblemHttpResult>> HandleAsync(
        string sku, TimelineReader timelines, CancellationToken cancellationToken, string? location = null, string? cursor = null, int limit = 100)
    {
        var take = Math.Clamp(limit, 1, MaxPage);
        if (!TryParse(cursor, out var before)) return Problems.Of(400, "bad-cursor", "Bad cursor", "Send the cursor of the page before, or none.");
        var entries = location is null
            ? await timelines.StockAsync(sku, before, take, cancellationToken)
            : await timelines.StockAsync(sku, location, before.Sequence, take, cancellationToken);
        return TypedResults.Ok(new Page(sku, entries, entries.Count == take ? Format(entries[^1]) : null));
    }

    private static string Format(StockEntry last) => string.Create(CultureInfo.InvariantCulture, $"{last.Operation}-{last.Sequence}-{last.Location}");

    private static bool TryParse(string? text, out (long Operation, string Location, long Sequence) before)
    {
        before = (long.MaxValue, "", long.MaxValue);
        if (text is null) return true;
        if (text.Split('-', 3) is not [var operation, var sequence, var location]
            || !long.TryParse(operation, CultureInfo.InvariantCulture, out var position)
            || !long.TryParse(sequence, CultureInfo.InvariantCulture, out var number)) return false;
        before = (position, location, number);
        return true;
    }

    /// <summary>A page of a SKU's timeline. <paramref name="Cursor"/> gets the next (of the same location, if one was named); null at the end.</summary>
    internal sealed record Page(string Sku, IReadOnlyList<StockEntry> Entries, string? Cursor);
}
