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
    /// <param name="Revenue">Gross: of confirmed, shipped and delivered orders, before refunds, in GBP.</param>
    /// <param name="Refunded">Decided refunds for returns of the same orders, in GBP.</param>
    /// <param name="Net">Revenue without what was refunded, in GBP.</param>
    /// <param name="Units">Of the same orders, without cancelled units.</param>
    /// <param name="Lines">Of the same orders.</param>
    internal sealed record SalesSummary(
        IReadOnlyDictionary<string, int> ByStatus,
        decimal Revenue,
        decimal Refunded,
        decimal Net,
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
        var revenue = await sold.SumAsync(o => o.Total, cancellationToken);
        var refunded = await sold.Join(db.Returns, o => o.Id, r => r.OrderId, (o, r) => r)
            .SumAsync(r => r.Amount ?? 0, cancellationToken);
        return new SalesSummary(
            byStatus,
            Money.Normalize(revenue),
            Money.Normalize(refunded),
            Money.Normalize(revenue - refunded),
            await lines.SumAsync(l => (long)l.Quantity - l.Cancelled, cancellationToken),
            await lines.CountAsync(cancellationToken)
        );
    }
}
