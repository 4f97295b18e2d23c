using DaprShop.Messaging;
using DaprShop.Orders.Model;
using Microsoft.EntityFrameworkCore;

namespace DaprShop.Orders.Queries;

/// <summary><c>GET /ops/orders/summary</c>: orders by status, and what was sold.</summary>
internal static class GetOrderSummary
{
    private static readonly string[] Sold =
    [
        OrderStatusNames.Confirmed,
        OrderStatusNames.Shipped,
        OrderStatusNames.Delivered,
    ];

    /// <param name="ByStatus">Orders per status.</param>
    /// <param name="Revenue">Of confirmed, shipped and delivered orders, in GBP.</param>
    /// <param name="Units">Of the same orders, without cancelled units.</param>
    /// <param name="Lines">Of the same orders.</param>
    internal sealed record SalesSummary(
        IReadOnlyDictionary<string, int> ByStatus,
        decimal Revenue,
        long Units,
        int Lines
    );

    public static async Task<SalesSummary> HandleAsync(OrdersDbContext db, CancellationToken cancellationToken)
    {
        var byStatus = await db
            .Orders.GroupBy(o => o.Status)
            .Select(g => new { g.Key, Count = g.Count() })
            .ToDictionaryAsync(g => g.Key, g => g.Count, cancellationToken);
        var sold = db.Orders.Where(o => Sold.Contains(o.Status));
        var lines = sold.Join(db.Lines, o => o.Id, l => l.OrderId, (o, l) => l);
        return new SalesSummary(
            byStatus,
            Money.Normalize(await sold.SumAsync(o => o.Total, cancellationToken)),
            await lines.SumAsync(l => (long)l.Quantity - l.Cancelled, cancellationToken),
            await lines.CountAsync(cancellationToken)
        );
    }
}
