using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace DaprShop.Orders.Queries;

/// <summary>
/// <c>GET /ops/attention</c>: orders that only an operator can finish, and work that has failed repeatedly for some
/// minutes.
/// </summary>
internal static class ListAttention
{
    private const int MaxItems = 200;

    // Compensations, shipments, cancellations and returns are retried for ever; an operator who sees that they fail can mend the
    // cause.
    private const int MinAttempts = 3;
    private static readonly TimeSpan MinAge = TimeSpan.FromMinutes(5);

    private const string Select = $"""
        with items as (
            select 'order' as kind, id as order_id, number, status as state, reason, attempts, updated_at as since
            from orders where status = '{OrderStatusNames.NeedsAttention}'
            union all
            select 'compensation', id, number, status, reason, attempts, updated_at
            from orders where compensation_pending and attempts >= $1 and updated_at <= $2
            union all
            select 'payment', id, number, payment, reason, attempts, updated_at
            from orders
            where payment in ('{OrderPayments.CaptureFailed}', '{OrderPayments.Lapsed}')
              and status in ('{OrderStatusNames.Confirmed}', '{OrderStatusNames.Shipped}')
            union all
            select 'shipment', o.id, o.number, s.state, s.reason, s.attempts, s.created_at
            from shipments s join orders o on o.id = s.order_id
            where s.state = '{ShipmentStates.Preparing}' and s.attempts >= $1 and s.created_at <= $2
            union all
            select 'return', o.id, o.number, r.state, r.reason, r.attempts, r.decided_at
            from returns r join orders o on o.id = r.order_id
            where r.state = '{ReturnStates.Decided}' and r.attempts >= $1 and r.decided_at <= $2
            union all
            select 'cancellation', o.id, o.number, c.state, c.reason, c.attempts, c.created_at
            from cancellations c join orders o on o.id = c.order_id
            where c.state = '{CancellationStates.Requested}' and c.attempts >= $1 and c.created_at <= $2)
        select kind, order_id, number, state, reason, attempts, since, count(*) over () as total
        from items order by since, number limit $3
        """;

    /// <param name="Kind">
    /// order: the saga has given it up; compensation: a refund or release fails; payment: the money for a shipment
    /// cannot be captured; shipment, cancellation (of units), return: its execution fails.
    /// </param>
    /// <param name="State">The state of the order, the payment, the shipment, the cancellation or the return.</param>
    /// <param name="Since">The time since when it is in that state.</param>
    internal sealed record AttentionItem(
        string Kind,
        Guid OrderId,
        long Number,
        string State,
        string? Reason,
        int Attempts,
        DateTimeOffset Since
    );

    /// <param name="Items">Oldest first; at most 200.</param>
    /// <param name="Total">The number of all items.</param>
    /// <param name="ParkedMessages">
    /// Messages that History could not apply, which <c>/ops/dead-letters</c> lists; null while it does not answer.
    /// </param>
    internal sealed record Attention(IReadOnlyList<AttentionItem> Items, long Total, long? ParkedMessages);

    public static async Task<Ok<Attention>> HandleAsync(
        NpgsqlDataSource database,
        TimeProvider time,
        ParkedMessages parked,
        CancellationToken cancellationToken
    )
    {
        var rows = await database.QueryAsync<AttentionRow>(
            Select,
            [MinAttempts, (time.GetUtcNow() - MinAge).UtcDateTime, MaxItems],
            cancellationToken
        );
        return TypedResults.Ok(
            new Attention(
                rows.ConvertAll(r => new AttentionItem(
                    r.Kind,
                    r.OrderId,
                    r.Number,
                    r.State,
                    r.Reason,
                    r.Attempts,
                    r.Since
                )),
                rows is [var first, ..] ? first.Total : 0,
                await parked.CountAsync(cancellationToken)
            )
        );
    }

    private sealed record AttentionRow(
        string Kind,
        Guid OrderId,
        long Number,
        string State,
        string? Reason,
        int Attempts,
        DateTimeOffset Since,
        long Total
    );
}
