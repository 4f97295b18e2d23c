using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace DaprShop.Orders.Bulk;

/// <summary><c>GET /bulk-orders/{id}</c>: one of the caller's jobs; an operator sees all.</summary>
internal static class GetBulkJob
{
    public static async Task<Results<Ok<BulkJob>, ProblemHttpResult>> HandleAsync(
        Guid id,
        OrdersDbContext db,
        HttpContext context,
        CancellationToken cancellationToken
    ) =>
        await BulkJob.FindAsync(db, BulkJob.Of(db, context).Where(j => j.Id == id), cancellationToken) is { } job
            ? TypedResults.Ok(job)
            : Problems.NotFound($"bulk job {id}");
}
