using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace DaprShop.Orders.Bulk;

/// <summary>
/// The gateway sends a file's rows, in parts, and then its end. Each may be repeated. Called through the sidecar only.
/// </summary>
internal static class ReceiveBulkRows
{
    public static async Task<Results<NoContent, ProblemHttpResult>> RowsAsync(
        Guid id,
        BulkRows rows,
        BulkStore store,
        OrdersDbContext db,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (await FindAsync(id, db, context, cancellationToken) is not { } job)
            return Problems.NotFound($"bulk job {id}");
        if (job.State == BulkStates.Abandoned)
            return WasAbandoned(id);
        return await store.ReceiveAsync(id, rows.Rows, cancellationToken)
            ? TypedResults.NoContent()
            : AnotherFile(job.Key);
    }

    public static async Task<Results<Accepted<BulkJob>, ProblemHttpResult>> EndAsync(
        Guid id,
        int rows,
        BulkStore store,
        BulkSignal signal,
        OrdersDbContext db,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (await FindAsync(id, db, context, cancellationToken) is not { } job)
            return Problems.NotFound($"bulk job {id}");
        if (job.State == BulkStates.Abandoned)
            return WasAbandoned(id);
        await store.EndAsync(id, rows, cancellationToken);
        var ended = (await BulkJob.FindAsync(db, db.BulkJobs.Where(j => j.Id == id), cancellationToken))!;
        if (ended.State == BulkStates.Abandoned)
            return WasAbandoned(id);
        if (ended.ReceivedAt is null || ended.Rows.Received != rows)
            return AnotherFile(job.Key);
        signal.Raise();
        return TypedResults.Accepted($"/bulk-orders/{id}", ended);
    }

    private static Task<BulkJobRow?> FindAsync(
        Guid id,
        OrdersDbContext db,
        HttpContext context,
        CancellationToken cancellationToken
    ) =>
        db
            .BulkJobs.AsNoTracking()
            .SingleOrDefaultAsync(j => j.Id == id && j.Caller == context.Name(), cancellationToken);

    private static ProblemHttpResult WasAbandoned(Guid id) =>
        Problems.Of(
            409,
            "bulk-job-abandoned",
            "The job was abandoned",
            $"Job {id} was abandoned and takes no more rows. Send the file with a new Idempotency-Key; "
                + "rows with keys of their own are not ordered twice."
        );

    private static ProblemHttpResult AnotherFile(string key) =>
        Problems.Of(
            422,
            "idempotency-conflict",
            "Idempotency-Key used for another file",
            $"The key '{key}' was used with a file that has other rows. Repeat that file exactly, or choose a new key."
        );
}
