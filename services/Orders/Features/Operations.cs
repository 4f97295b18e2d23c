using DaprShop.Messaging;
using DaprShop.Orders.Data;
using DaprShop.Orders.Domain;
using DaprShop.Orders.Workflows;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace DaprShop.Orders.Features;

/// <summary>What operators see and set.</summary>
internal static class Operations
{
    /// <param name="InSaga">Orders whose saga is under way, compensations included.</param>
    /// <param name="UnfinishedBatches">Workflows in flight.</param>
    internal sealed record Backlog(int InSaga, int UnfinishedBatches);

    /// <param name="ByStatus">Orders per status.</param>
    /// <param name="Revenue">Of orders that are confirmed or further, in GBP.</param>
    /// <param name="Units">Of the same orders, without what they do without.</param>
    internal sealed record Summary(IReadOnlyDictionary<string, int> ByStatus, decimal Revenue, long Units, int Lines);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/ops").RequireAuthorization(Identity.Operator).WithTags("Operations");
        group.MapGet("/backlog", BacklogAsync).WithSummary("What is under way");
        group.MapGet("/orders/summary", SummaryAsync).WithSummary("Orders by status, and revenue");
        group.MapGet("/saga", (SagaSettings settings) => settings.Current).WithSummary("How the saga batches");
        group.MapPut("/saga", PutSaga).WithSummary("Change how the saga batches, on this replica");
    }

    private static async Task<Backlog> BacklogAsync(OrdersDb db, CancellationToken cancellationToken) =>
        new(
            await db.Orders.FromSqlRaw("select * from orders where " + OrdersDb.InSaga).CountAsync(cancellationToken),
            await db.Batches.CountAsync(b => b.FinishedAt == null, cancellationToken)
        );

    private static async Task<Summary> SummaryAsync(OrdersDb db, CancellationToken cancellationToken)
    {
        var byStatus = await db
            .Orders.GroupBy(o => o.Status)
            .Select(g => new { g.Key, Count = g.Count() })
            .ToDictionaryAsync(g => g.Key, g => g.Count, cancellationToken);
        var sold = db.Orders.Where(o => o.Status == "confirmed" || o.Status == "shipped" || o.Status == "delivered");
        var lines = sold.Join(db.Lines, o => o.Id, l => l.OrderId, (o, l) => l);
        return new Summary(
            byStatus,
            Money.Trim(await sold.SumAsync(o => o.Total, cancellationToken)),
            await lines.SumAsync(l => (long)l.Quantity - l.Cancelled, cancellationToken),
            await lines.CountAsync(cancellationToken)
        );
    }

    private static Results<Ok<Batching>, ProblemHttpResult> PutSaga(
        Batching batching,
        SagaSettings settings,
        DispatchSignal dispatch
    )
    {
        if (
            batching.BatchSize is < 1 or > SagaSettings.MaxBatchSize
            || batching.Slots is < 0 or > SagaSettings.MaxSlots
        )
            return Problems.Invalid([
                new(
                    "",
                    $"A batch has 1 to {SagaSettings.MaxBatchSize} orders; there are 0 (paused) to {SagaSettings.MaxSlots} slots."
                ),
            ]);
        settings.Current = batching;
        dispatch.Raise();
        return TypedResults.Ok(batching);
    }
}
