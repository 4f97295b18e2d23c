using DaprShop.History.Data;
using DaprShop.History.Domain;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.History.Features;

/// <summary><c>GET /timeline</c>: what happened to all the caller's orders; <c>GET /customers/{customer}/timeline</c>: to a customer's, for an operator. Newest first.</summary>
internal static class GetCustomerTimeline
{
    private const int MaxPage = 500;

    public static void MapGetCustomerTimeline(this IEndpointRouteBuilder routes)
    {
        routes
            .MapGet(
                "/timeline",
                (
                    TimelineReader timelines,
                    HttpContext context,
                    CancellationToken cancellationToken,
                    string? cursor = null,
                    string? type = null,
                    DateTimeOffset? from = null,
                    DateTimeOffset? until = null,
                    int limit = 100
                ) =>
                    ReadAsync(
                        context.Name(),
                        timelines,
                        cursor,
                        new EntryFilter(type, from, until),
                        limit,
                        cancellationToken
                    )
            )
            .RequireAuthorization(Identity.Customer)
            .WithName("GetTimeline")
            .WithTags("History")
            .WithSummary("What happened to your orders, newest first.");
        routes
            .MapGet(
                "/customers/{customer}/timeline",
                (
                    string customer,
                    TimelineReader timelines,
                    CancellationToken cancellationToken,
                    string? cursor = null,
                    string? type = null,
                    DateTimeOffset? from = null,
                    DateTimeOffset? until = null,
                    int limit = 100
                ) =>
                    ReadAsync(customer, timelines, cursor, new EntryFilter(type, from, until), limit, cancellationToken)
            )
            .RequireAuthorization(Identity.Operator)
            .WithName("GetCustomerTimeline")
            .WithTags("History")
            .WithSummary("What happened to a customer's orders, newest first.");
    }

    private static async Task<Results<Ok<Page>, ProblemHttpResult>> ReadAsync(
        string customer,
        TimelineReader timelines,
        string? cursor,
        EntryFilter filter,
        int limit,
        CancellationToken cancellationToken
    )
    {
        if (!Cursor.TryParse(cursor, Cursor.End, out var before))
            return Problems.Of(400, "bad-cursor", "Bad cursor", "Send the cursor of the page before, or none.");
        var take = Math.Clamp(limit, 1, MaxPage);
        var entries = await timelines.CustomerAsync(customer, before, filter, take, cancellationToken);
        return TypedResults.Ok(
            new Page(
                customer,
                [.. entries.Select(Entry.Of)],
                entries.Count == take ? Cursor.After(entries[^1]).ToString() : null
            )
        );
    }

    /// <summary>A page of a customer's timeline. <paramref name="Cursor"/> gets the next; null at the end.</summary>
    internal sealed record Page(string Customer, IReadOnlyList<Entry> Entries, string? Cursor);
}
