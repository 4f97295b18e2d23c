using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;
using Npgsql;

namespace DaprShop.Orders.Model;

/// <summary>An order that is locked until the transaction ends.</summary>
internal sealed record LockedOrder(Guid Id, string Customer, OrderStatus Status);

/// <summary>
/// Locks an order for a user's command, so that the status named in a rejection is the status that caused it.
/// </summary>
internal static class OrderLock
{
    private const string SelectForUpdate = "select customer, status from orders where id = $1 for update";

    private const string SelectLines = """
        select line, sku, quantity, cancelled, shipped, returned, unit_price
        from order_lines where order_id = $1 order by line
        """;

    // Batches have a fence of their own, and own no order in a status that users change.
    private const string UpdateStatus =
        "update orders set status = $2, version = version + 1, updated_at = $3 where id = $1 returning version";

    /// <summary>Locks the order; null where there is none.</summary>
    public static async Task<LockedOrder?> LockAsync(
        NpgsqlConnection connection,
        Guid id,
        CancellationToken cancellationToken
    )
    {
        var rows = await connection.QueryAsync<LockedRow>(SelectForUpdate, [id], cancellationToken);
        return rows is [var row] ? new LockedOrder(id, row.Customer, OrderStatuses.Parse(row.Status)) : null;
    }

    /// <summary>The lines of an order, by line number.</summary>
    public static Task<List<LineUnits>> GetLinesAsync(
        NpgsqlConnection connection,
        Guid id,
        CancellationToken cancellationToken
    ) => connection.QueryAsync<LineUnits>(SelectLines, [id], cancellationToken);

    /// <summary>Changes the status of a locked order, and returns the event to append.</summary>
    /// <exception cref="InvalidOperationException">
    /// <see cref="TransitionRules"/> does not declare the change.
    /// </exception>
    public static async Task<NewEvent> ChangeStatusAsync(
        NpgsqlConnection connection,
        LockedOrder order,
        OrderStatus to,
        string? actor,
        DateTimeOffset now,
        CancellationToken cancellationToken,
        string? reason = null
    )
    {
        if (!TransitionRules.Allows(order.Status, to))
            throw new InvalidOperationException($"No transition from {order.Status} to {to} is declared.");
        var version = await connection.ScalarAsync<int>(
            UpdateStatus,
            [order.Id, to.Name(), now.UtcDateTime],
            cancellationToken
        );
        return new NewEvent(
            EventTypes.OrderStatusChanged,
            order.Id.ToString(),
            version,
            new OrderStatusChanged(order.Id, order.Status.Name(), to.Name(), reason, actor)
        );
    }

    private sealed record LockedRow(string Customer, string Status);
}
