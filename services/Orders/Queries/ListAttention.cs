using DaprShop.Contracts;
using DaprShop.Messaging;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace DaprShop.Orders.Queries;

/// <summary><c>GET /ops/attention</c>: what does not end by itself, and what has been tried in vain for some time.</summary>
internal static class ListAttention
{
    private const int MaxItems = 200;

    // Compensations and errands are never given up; who sees that they fail can mend the cause.
    private const int InVain = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private const string Items = """
        with items as (
            select 'order' as kind, id as order_id, number, status as state, reason, attempts, updated_at as since from orders where status = 'needs_attention'
            union all
            select 'compensation', id, number, status, reason, attempts, updated_at from orders where undo and attempts >= $1 and updated_at <= $2
            union all
            select 'shipment', o.id, o.number, s.state, s.reason, s.attempts, s.created_at
            from shipments s join orders o on o.id = s.order_id where s.state = 'preparing' and s.attempts >= $1 and s.created_at <= $2
            union all
            select 'return', o.id, o.number, r.state, r.reason, r.attempts, r.decided_at
            from returns r join orders o on o.id = r.order_id where r.state = 'decided' and r.attempts >= $1 and r.decided_at <= $2)
        select kind, order_id, number, state, reason, attempts, since, count(*) over () from items order by since, number limit $3
        """;

    /// <param name="Kind">order: given up by its saga; compensation: what it held or paid does not come back; shipment, return: it is not carried out.</param>
    /// <param name="State">Of the order, the shipment or the return.</param>
    /// <param name="Since">When it got there.</param>
    internal sealed record Item(
        string Kind,
        Guid OrderId,
        long Number,
        string State,
        string? Reason,
        int Attempts,
        DateTimeOffset Since
    );

    /// <param name="Items">The oldest first.</param>
    /// <param name="Total">How many there are in all.</param>
    internal sealed record Attention(IReadOnlyList<Item> Items, long Total);

    public static async Task<Ok<Attention>> HandleAsync(
        NpgsqlDataSource database,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var rows = await database.QueryAsync(
            Items,
            [InVain, (time.GetUtcNow() - Patience).UtcDateTime, MaxItems],
            r =>
                (
                    Item: new Item(
                        r.GetString(0),
                        r.GetGuid(1),
                        r.GetInt64(2),
                        r.GetString(3),
                        r.Text(4),
                        r.GetInt32(5),
                        r.GetFieldValue<DateTimeOffset>(6)
                    ),
                    Total: r.GetInt64(7)
                ),
            cancellationToken
        );
        return TypedResults.Ok(new Attention([.. rows.Select(r => r.Item)], rows.Count == 0 ? 0 : rows[0].Total));
    }
}
