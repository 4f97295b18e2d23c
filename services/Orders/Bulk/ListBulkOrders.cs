using DaprShop.Messaging;
using DaprShop.Orders.Model;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace DaprShop.Orders.Bulk;

/// <summary><c>GET /bulk-orders</c>: the caller's jobs, newest first; an operator sees all.</summary>
internal static class ListBulkOrders
{
    private const int MaxPage = 200;

    internal sealed record BulkJobSummary(
        Guid Id,
        string Caller,
        string Key,
        string OnError,
        string State,
        BulkCounts Rows,
        DateTimeOffset CreatedAt
    );

    /// <param name="Cursor">Send it to get older jobs; null on the last page.</param>
    internal sealed record BulkJobPage(IReadOnlyList<BulkJobSummary> Jobs, Guid? Cursor);

    public static async Task<Ok<BulkJobPage>> HandleAsync(
        OrdersDbContext db,
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
            new BulkJobPage(
                [
                    .. rows.Select(j => new BulkJobSummary(
                        j.Id,
                        j.Caller,
                        j.Key,
                        j.OnError,
                        BulkJob.VisibleState(j),
                        BulkCounts.Of(j),
                        j.CreatedAt
                    )),
                ],
                rows.Count == take ? rows[^1].Id : null
            )
        );
    }
}
