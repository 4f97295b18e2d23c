using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Orders.Bulk;

/// <summary><c>POST /bulk-orders/{id}/rows/{row}/retry</c>: an operator retries a parked row.</summary>
internal static class RetryBulkRow
{
    public static async Task<Results<Ok<BulkJob>, ProblemHttpResult>> HandleAsync(
        Guid id,
        int row,
        BulkStore store,
        BulkSignal signal,
        OrdersDbContext db,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (!await store.RetryAsync(id, row, cancellationToken))
            return Problems.Of(
                409,
                "not-parked",
                "The row is not parked",
                $"Row {row} of job {id} is not parked, or the job was rejected as a whole."
            );
        signal.Raise();
        return TypedResults.Ok(
            (await BulkJob.FindAsync(db, BulkJob.Of(db, context).Where(j => j.Id == id), cancellationToken))!
        );
    }
}
