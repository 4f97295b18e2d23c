using DaprShop.Messaging;
using DaprShop.ServiceDefaults;
using Npgsql;

namespace DaprShop.Orders.Model;

/// <summary>An order that is locked until the transaction's end.</summary>
internal sealed record LockedOrder(Guid Id, string Customer, OrderStatus Status);

/// <summary>Locks an order for a decision about it, so that the status named in a refusal is the one that refused.</summary>
internal static class OrderLock
{
    private const string Units =
        "select line, sku, quantity, cancelled, shipped, returned, unit_price from order_lines where order_id = $1 order by line";

    // A batch that owns the order has its own fence, and none of the statuses that people move orders from.
    private const string Move =
        "update orders set status = $2, version = version + 1, updated_at = $3 where id = $1 returning version";

    /// <summary>The order; null where there is none.</summary>
    public static async Task<LockedOrder?> TakeAsync(
        NpgsqlConnection connection,
        Guid id,
        CancellationToken cancellationToken
    ) =>
        (
            await connection.QueryAsync(
                "select customer, status from orders where id = $1 for update",
                [id],
                r => new LockedOrder(id, r.GetString(0), OrderStatuses.Parse(r.GetString(1))),
                cancellationToken
            )
        ).SingleOrDefault();

    /// <summary>The lines of an order, by number.</summary>
    public static Task<List<LineUnits>> LinesAsync(
        NpgsqlConnection connection,
        Guid id,
        CancellationToken cancellationToken
    ) =>
        connection.QueryAsync(
            Units,
            [id],
            r => new LineUnits(
                r.GetInt32(0),
                r.GetString(1),
                r.GetInt32(2),
                r.GetInt32(3),
                r.GetInt32(4),
                r.GetInt32(5),
                r.GetDecimal(6)
            ),
            cancellationToken
        );

    /// <summary>Moves a locked order, and answers the fact to tell.</summary>
    /// <exception cref="InvalidOperationException">The table declares no such move.</exception>
    public static async Task<NewEvent> MoveAsync(
        NpgsqlConnection connection,
        LockedOrder order,
        OrderStatus to,
        string actor,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        if (!TransitionRules.Allows(order.Status, to))
            throw new InvalidOperationException($"The table declares no move from {order.Status} to {to}.");
        var version = (int)
            (await connection.ScalarAsync(Move, [order.Id, to.Name(), now.UtcDateTime], cancellationToken))!;
        return new NewEvent(
            Contracts.EventTypes.OrderStatusChanged,
            order.Id.ToString(),
            version,
            new Contracts.OrderStatusChanged(order.Id, order.Status.Name(), to.Name(), null, actor)
        );
    }
}
