using DaprShop.Messaging;
using DaprShop.Orders.Model;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace DaprShop.Orders.Queries;

/// <summary><c>GET /ops/orders/summary</c>: orders by status, and revenue.</summary>
internal static class GetOrderSummary
{
    /// <param name="ByStatus">Orders per status.</param>
    /// <param name="Revenue">Of orders that are confirmed or further, in GBP.</param>
    /// <param name="Units">Of the same orders, without what they do without.</param>
    internal sealed record Summary(IReadOnlyDictionary<string, int> ByStatus, decimal Revenue, long Units, int Lines);

    public static async Task<Summary> HandleAsync(OrdersDbContext db, CancellationToken cancellationToken)
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
}
