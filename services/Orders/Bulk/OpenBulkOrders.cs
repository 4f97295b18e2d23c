using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Orders.Bulk;

/// <summary>
/// <c>POST /bulk-orders</c>: opens a job, or finds the one with this key. The gateway sends the file's rows afterwards.
/// </summary>
internal static class OpenBulkOrders
{
    public static async Task<Results<Accepted<BulkJob>, ProblemHttpResult>> HandleAsync(
        IdempotencyKey key,
        BulkStore store,
        OrdersDbContext db,
        HttpContext context,
        CancellationToken cancellationToken,
        string onError = BulkPolicies.RejectFailedRows
    )
    {
        if (!BulkPolicies.Names.Contains(onError))
            return Problems.Invalid([new("onError", $"Must be one of: {string.Join(", ", BulkPolicies.Names)}.")]);
        var caller = context.Name();
        var isNew = await store.OpenAsync(caller, context.User.IsOperator(), key.Value, onError, cancellationToken);
        var job = (
            await BulkJob.FindAsync(
                db,
                db.BulkJobs.Where(j => j.Caller == caller && j.Key == key.Value),
                cancellationToken
            )
        )!;
        if (job.OnError != onError)
            return IdempotencyKey.Conflict(key.Value);
        if (!isNew)
            context.Response.Headers[IdempotencyKey.ReplayedHeader] = "true";
        return TypedResults.Accepted($"/bulk-orders/{job.Id}", job);
    }
}
