using DaprShop.Orders.Model;
using DaprShop.Orders.Saga;
using Microsoft.EntityFrameworkCore;

namespace DaprShop.Orders.Queries;

/// <summary><c>GET /ops/backlog</c>: the amount of unfinished work.</summary>
internal static class GetBacklog
{
    private const string SelectActive = $"select * from orders where {OrderConditions.Active}";

    /// <param name="InSaga">Orders that the saga can advance now, compensations included.</param>
    /// <param name="UnfinishedBatches">Batches whose workflow has not ended.</param>
    /// <param name="SagaPaused">True while an operator has paused the saga of the replica that answers.</param>
    /// <param name="ParkedMessages">Messages that History could not apply; null while it does not answer.</param>
    internal sealed record Backlog(int InSaga, int UnfinishedBatches, bool SagaPaused, long? ParkedMessages);

    public static async Task<Backlog> HandleAsync(
        OrdersDbContext db,
        BatchingControl batching,
        ParkedMessages parked,
        CancellationToken cancellationToken
    ) =>
        new(
            await db.Orders.FromSqlRaw(SelectActive).CountAsync(cancellationToken),
            await db.Batches.CountAsync(b => b.FinishedAt == null, cancellationToken),
            batching.Current.Slots == 0,
            await parked.CountAsync(cancellationToken)
        );
}
