using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Orders.Bulk;

/// <summary><c>POST /bulk-orders/{id}/rows/{row}/retry</c>: an operator has a parked row tried again.</summary>
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
                "Nothing to try again",
                $"Job {id} has no parked row {row}, or was rejected as a whole."
            );
        signal.Raise();
        return TypedResults.Ok(
            (await BulkJob.FindAsync(db, BulkJob.Of(db, context).Where(j => j.Id == id), cancellationToken))!
        );
    }
}
