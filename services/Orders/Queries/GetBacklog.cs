using DaprShop.Orders.Model;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace DaprShop.Orders.Queries;

/// <summary><c>GET /ops/backlog</c>: what is under way.</summary>
internal static class GetBacklog
{
    /// <param name="InSaga">Orders whose saga is under way, compensations included.</param>
    /// <param name="UnfinishedBatches">Workflows in flight.</param>
    internal sealed record Backlog(int InSaga, int UnfinishedBatches);

    public static async Task<Backlog> HandleAsync(OrdersDbContext db, CancellationToken cancellationToken) =>
        new(
            await db
                .Orders.FromSqlRaw("select * from orders where " + OrdersDbContext.InSaga)
                .CountAsync(cancellationToken),
            await db.Batches.CountAsync(b => b.FinishedAt == null, cancellationToken)
        );
}
