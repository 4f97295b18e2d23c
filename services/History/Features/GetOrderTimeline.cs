using DaprShop.History.Data;
using DaprShop.History.Domain;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.History.Features;

/// <summary><c>GET /orders/{id}/timeline</c>: an order's way through the house, as a parcel's tracking page tells it.</summary>
internal static class GetOrderTimeline
{
    private const int MaxPage = 500;

    public static void MapGetOrderTimeline(this IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/orders/{id:guid}/timeline", HandleAsync)
            .RequireAuthorization(Identity.Customer)
            .WithName("GetOrderTimeline")
            .WithTags("History")
            .WithSummary("What happened to an order, oldest first.");

    private static async Task<Results<Ok<Page>, ProblemHttpResult>> HandleAsync(
        Guid id,
        TimelineReader timelines,
        HttpContext context,
        CancellationToken cancellationToken,
        string? cursor = null,
        string order = "asc",
        string? type = null,
        DateTimeOffset? from = null,
        DateTimeOffset? until = null,
        int limit = 100
    )
    {
        if (order is not ("asc" or "desc"))
            return Problems.Invalid([new("order", "It is asc or desc.")]);
        if (!Cursor.TryParse(cursor, order == "asc" ? Cursor.Start : Cursor.End, out var after))
            return Problems.Of(400, "bad-cursor", "Bad cursor", "Send the cursor of the page before, or none.");
        var owner = await timelines.OwnerAsync(id, cancellationToken);
        if (!context.User.IsOperator() && owner != context.Name())
            return Problems.NotFound("order");

        var take = Math.Clamp(limit, 1, MaxPage);
        var entries = await timelines.OrderAsync(
            id,
            after,
            new EntryFilter(type, from, until),
            order == "desc",
            take,
            cancellationToken
        );
        if (owner is null && cursor is null && entries.Count == 0)
            return Problems.NotFound("order");
        return TypedResults.Ok(
            new Page(
                id,
                [.. entries.Select(Entry.Of)],
                entries.Count == take ? Cursor.After(entries[^1]).ToString() : null
            )
        );
    }

    /// <summary>A page of an order's timeline. <paramref name="Cursor"/> gets the next; null at the end.</summary>
    internal sealed record Page(Guid OrderId, IReadOnlyList<Entry> Entries, string? Cursor);
}

/// <summary>What happened, and who told it. From and To are the order's status, and Version its version, where it changed.</summary>
/// <param name="Actor">Who did it; null where the shop did by itself.</param>
/// <param name="Trace">W3C trace id of the request that caused it.</param>
internal sealed record Entry(
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
    public static Entry Of(OrderEntry e) =>
        new(
            e.OrderId,
            e.At,
            Telling.Source(e.Step),
            e.Type,
            Telling.Text(e),
            e.From,
            e.To,
            e.Reason,
            e.Details,
            e.Version,
            e.Actor,
            e.Trace
        );
}
