using DaprShop.Orders.Data;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace DaprShop.Orders.Features;

/// <summary><c>GET /bulk-orders/{id}</c> and <c>GET /bulk-orders</c>: one's own jobs; an operator sees all.</summary>
internal static class GetBulkOrders
{
    private const int MaxPage = 200;

    internal sealed record Summary(
        Guid Id,
        string Caller,
        string Key,
        string OnError,
        string State,
        BulkCounts Rows,
        DateTimeOffset CreatedAt
    );

    /// <param name="Cursor">Send it back to get older jobs; null at the end.</param>
    internal sealed record Page(IReadOnlyList<Summary> Jobs, Guid? Cursor);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/bulk-orders").RequireAuthorization(Identity.Customer).WithTags("Bulk orders");
        group.MapGet("/{id:guid}", OneAsync).WithSummary("How far a bulk job is");
        group.MapGet("", ManyAsync).WithSummary("Bulk jobs, newest first, page by page");
    }

    private static async Task<Results<Ok<BulkJob>, ProblemHttpResult>> OneAsync(
        Guid id,
        OrdersDb db,
        HttpContext context,
        CancellationToken cancellationToken
    ) =>
        await BulkJob.FindAsync(db, BulkJob.Of(db, context).Where(j => j.Id == id), cancellationToken) is { } job
            ? TypedResults.Ok(job)
            : Problems.NotFound($"bulk job {id}");

    private static async Task<Ok<Page>> ManyAsync(
        OrdersDb db,
        HttpContext context,
        CancellationToken cancellationToken,
        Guid? cursor = null,
        int limit = 50
    )
    {
        var take = Math.Clamp(limit, 1, MaxPage);
        var jobs = BulkJob.Of(db, context);
        if (cursor is { } before)
            jobs = jobs.Where(j => j.Id < before);
        var rows = await jobs.OrderByDescending(j => j.Id).Take(take).ToListAsync(cancellationToken);
        return TypedResults.Ok(
            new Page(
                [
                    .. rows.Select(j => new Summary(
                        j.Id,
                        j.Caller,
                        j.Key,
                        j.OnError,
                        BulkJob.Told(j),
                        BulkCounts.Of(j),
                        j.CreatedAt
                    )),
                ],
                rows.Count == take ? rows[^1].Id : null
            )
        );
    }
}
