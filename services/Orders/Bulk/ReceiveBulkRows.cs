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
        if (await KeyAsync(id, db, context, cancellationToken) is not { } key)
            return Problems.NotFound($"bulk job {id}");
        return await store.ReceiveAsync(id, rows.Rows, cancellationToken) ? TypedResults.NoContent() : AnotherFile(key);
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
        if (await KeyAsync(id, db, context, cancellationToken) is not { } key)
            return Problems.NotFound($"bulk job {id}");
        await store.EndAsync(id, rows, cancellationToken);
        var job = (await BulkJob.FindAsync(db, db.BulkJobs.Where(j => j.Id == id), cancellationToken))!;
        if (job.ReceivedAt is null || job.Rows.Received != rows)
            return AnotherFile(key);
        signal.Raise();
        return TypedResults.Accepted($"/bulk-orders/{id}", job);
    }

    private static Task<string?> KeyAsync(
        Guid id,
        OrdersDbContext db,
        HttpContext context,
        CancellationToken cancellationToken
    ) =>
        db
            .BulkJobs.Where(j => j.Id == id && j.Caller == context.Name())
            .Select(j => j.Key)
            .SingleOrDefaultAsync(cancellationToken);

    private static ProblemHttpResult AnotherFile(string key) =>
        Problems.Of(
            422,
            "idempotency-conflict",
            "Idempotency-Key used for another file",
            $"The key '{key}' was used with a file that has other rows. Repeat that file exactly, or choose a new key."
        );
}
