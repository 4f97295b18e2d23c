using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Orders.Bulk;

/// <summary>
/// <c>POST /bulk-orders/{id}/abandon</c>: ends a job whose file will not come, or whose remaining rows are not wanted.
/// The orders that it accepted stay. Repeating it changes nothing.
/// </summary>
internal static class AbandonBulkOrders
{
    public static async Task<Results<Ok<BulkJob>, ProblemHttpResult>> HandleAsync(
        Guid id,
        BulkStore store,
        OrdersDbContext db,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var mine = BulkJob.Of(db, context).Where(j => j.Id == id);
        if (await BulkJob.FindAsync(db, mine, cancellationToken) is null)
            return Problems.NotFound($"bulk job {id}");
        await store.AbandonAsync(id, cancellationToken);
        var job = (await BulkJob.FindAsync(db, mine, cancellationToken))!;
        return job.State == BulkStates.Abandoned
            ? TypedResults.Ok(job)
            : Problems.Of(
                409,
                "bulk-job-ended",
                "The job has ended",
                $"Job {id} is {job.State}; only a job that is receiving, checking, running or paused can be abandoned.",
                ("state", job.State)
            );
    }
}
