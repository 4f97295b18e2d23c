using DaprShop.Orders.Model;
using Microsoft.EntityFrameworkCore;

namespace DaprShop.Orders.Queries;

/// <summary><c>GET /ops/backlog</c>: the amount of unfinished work.</summary>
internal static class GetBacklog
{
    private const string SelectActive = $"select * from orders where {OrderConditions.Active}";

    /// <param name="InSaga">Orders that the saga can advance now, compensations included.</param>
    /// <param name="UnfinishedBatches">Batches whose workflow has not ended.</param>
    internal sealed record Backlog(int InSaga, int UnfinishedBatches);

    public static async Task<Backlog> HandleAsync(OrdersDbContext db, CancellationToken cancellationToken) =>
        new(
            await db.Orders.FromSqlRaw(SelectActive).CountAsync(cancellationToken),
            await db.Batches.CountAsync(b => b.FinishedAt == null, cancellationToken)
        );
}
