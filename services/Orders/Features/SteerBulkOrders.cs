using DaprShop.Orders.Data;
using DaprShop.Orders.Workflows;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Orders.Features;

/// <summary>Pauses and resumes a bulk job, and lets an operator try a parked row again.</summary>
internal static class SteerBulkOrders
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/bulk-orders/{id:guid}").WithTags("Bulk orders");
        group
            .MapPost(
                "/pause",
                (
                    Guid id,
                    BulkStore store,
                    BulkSignal signal,
                    OrdersDb db,
                    HttpContext context,
                    CancellationToken cancellationToken
                ) => PauseAsync(id, true, store, signal, db, context, cancellationToken)
            )
            .RequireAuthorization(Identity.Customer)
            .WithSummary("Accept no more of a bulk job for now");
        group
            .MapPost(
                "/resume",
                (
                    Guid id,
                    BulkStore store,
                    BulkSignal signal,
                    OrdersDb db,
                    HttpContext context,
                    CancellationToken cancellationToken
                ) => PauseAsync(id, false, store, signal, db, context, cancellationToken)
            )
            .RequireAuthorization(Identity.Customer)
            .WithSummary("Go on with a bulk job");
        group
            .MapPost("/rows/{row:int}/retry", RetryAsync)
            .RequireAuthorization(Identity.Operator)
            .WithSummary("Try a parked row again");
    }

    private static async Task<Results<Ok<BulkJob>, ProblemHttpResult>> PauseAsync(
        Guid id,
        bool paused,
        BulkStore store,
        BulkSignal signal,
        OrdersDb db,
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

    private static async Task<Results<Ok<BulkJob>, ProblemHttpResult>> RetryAsync(
        Guid id,
        int row,
        BulkStore store,
        BulkSignal signal,
        OrdersDb db,
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
