using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Orders.Bulk;

/// <summary><c>POST /bulk-orders/{id}/pause</c> and <c>/resume</c>.</summary>
internal static class PauseBulkOrders
{
    public static Task<Results<Ok<BulkJob>, ProblemHttpResult>> PauseAsync(
        Guid id,
        BulkStore store,
        BulkSignal signal,
        OrdersDbContext db,
        HttpContext context,
        CancellationToken cancellationToken
    ) => SetAsync(id, paused: true, store, signal, db, context, cancellationToken);

    public static Task<Results<Ok<BulkJob>, ProblemHttpResult>> ResumeAsync(
        Guid id,
        BulkStore store,
        BulkSignal signal,
        OrdersDbContext db,
        HttpContext context,
        CancellationToken cancellationToken
    ) => SetAsync(id, paused: false, store, signal, db, context, cancellationToken);

    private static async Task<Results<Ok<BulkJob>, ProblemHttpResult>> SetAsync(
        Guid id,
        bool paused,
        BulkStore store,
        BulkSignal signal,
        OrdersDbContext db,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var mine = BulkJob.Of(db, context).Where(j => j.Id == id);
        if (await BulkJob.FindAsync(db, mine, cancellationToken) is null)
            return Problems.NotFound($"bulk job {id}");
        await store.PauseAsync(id, paused, cancellationToken);
        signal.Raise();
        return TypedResults.Ok((await BulkJob.FindAsync(db, mine, cancellationToken))!);
    }
}
