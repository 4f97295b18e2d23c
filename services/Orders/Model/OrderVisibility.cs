using DaprShop.Messaging;
using DaprShop.ServiceDefaults;
using Microsoft.EntityFrameworkCore;

namespace DaprShop.Orders.Model;

/// <summary>Customers see their own orders; operators see all.</summary>
internal static class OrderVisibility
{
    /// <summary>True when the order exists and the caller may see it.</summary>
    public static Task<bool> IsVisibleAsync(
        this OrdersDbContext db,
        Guid id,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var (all, name) = (context.User.IsOperator(), context.Name());
        return db.Orders.AnyAsync(o => o.Id == id && (all || o.Customer == name), cancellationToken);
    }
}
