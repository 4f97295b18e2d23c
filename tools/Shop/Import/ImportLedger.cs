using DaprShop.Shop.Audit;
using DaprShop.Shop.Databases;
using DaprShop.Shop.Gateway;
using Npgsql;

namespace DaprShop.Shop.Import;

/// <summary>What others than the import have done to a SKU of the import since its item exists, in units.</summary>
/// <param name="Allocated">By how much they have changed the allocated units.</param>
/// <param name="Available">By how much they have changed the available units.</param>
internal sealed record OthersUnits(string Sku, long Allocated, long Available)
{
    public static readonly OthersUnits None = new("", 0, 0);
}

/// <summary>An order of the import that the saga has not settled.</summary>
internal sealed record UnsettledOrder(Guid Id, string Status);

/// <summary>
/// Tells the import's own orders and movements from those of others that use the shop at the same time: the routes of
/// the gateway count all of them. Reads the services' databases as the auditor, and survives that they are away, as the
/// import survives every failure of the shop.
/// </summary>
internal sealed class ImportLedger(ShopFolder shop, string actor)
{
    private const string UnsettledSql = """
        select id, status from orders where compensation_pending or status in ('accepted', 'reserved', 'paid')
        """;

    private const string RejectedSql = """
        select id from orders where id = any($1) and status = 'rejected'
        """;

    // An order without a key counts as the import's: every request has one, so it is a request that was executed twice.
    // What happens to a confirmed order after the import is not the import's.
    private const string SummarySql = """
        with own as (
            select id, case when status in ('shipped', 'delivered') then 'confirmed' else status end as status
            from orders
            where id = any($1) or not exists (select from idempotency_keys k where k.order_id = orders.id))
        select o.status, count(distinct o.id)::int as orders, count(*)::int as lines,
               sum(l.quantity - l.cancelled) as units, sum((l.quantity - l.cancelled) * l.unit_price) as value
        from own o join order_lines l on l.order_id = o.id
        group by o.status
        """;

    private const string OthersSql = """
        with ledger as (
            select sku, actor, cause, allocated, on_hand - unavailable - allocated - held as available,
                   lag(allocated, 1, 0::bigint) over level as allocated_before,
                   lag(on_hand - unavailable - allocated - held, 1, 0::bigint) over level as available_before
            from movements where sku = any($2)
            window level as (partition by sku, location order by sequence))
        select m.sku, sum(m.allocated - m.allocated_before)::bigint as allocated,
               sum(m.available - m.available_before)::bigint as available
        from ledger m left join unnest($3::text[]) as own (cause) on own.cause = m.cause
        where m.actor <> $1 and own.cause is null
        group by m.sku
        """;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(2);

    /// <summary>The orders of all, the import's and others', that the saga has not settled.</summary>
    public Task<List<UnsettledOrder>> UnsettledAsync(CancellationToken cancel) =>
        QueryAsync<UnsettledOrder>("orders", UnsettledSql, cancel);

    /// <summary>The rejected ones of these orders.</summary>
    public async Task<HashSet<Guid>> RejectedAsync(IEnumerable<Guid> orders, CancellationToken cancel) =>
        [.. (await QueryAsync<IdRow>("orders", RejectedSql, cancel, orders.ToArray())).Select(r => r.Id)];

    /// <summary>These orders by status, and the totals of the confirmed ones, shipped ones included.</summary>
    public async Task<OrdersSummary> SummaryAsync(IEnumerable<Guid> orders, CancellationToken cancel)
    {
        var rows = await QueryAsync<StatusRow>("orders", SummarySql, cancel, orders.ToArray());
        var sold = rows.Find(r => r.Status == "confirmed");
        return new OrdersSummary(
            rows.ToDictionary(r => r.Status, r => r.Orders),
            sold?.Value ?? 0,
            sold?.Units ?? 0,
            sold?.Lines ?? 0
        );
    }

    /// <summary>What others have done to these SKUs; those that nobody else has touched are left out.</summary>
    public async Task<Dictionary<string, OthersUnits>> OthersAsync(
        IEnumerable<string> skus,
        IEnumerable<Guid> orders,
        CancellationToken cancel
    ) =>
        (
            await QueryAsync<OthersUnits>(
                "inventory",
                OthersSql,
                cancel,
                actor,
                skus.ToArray(),
                orders.Select(o => o.ToString()).ToArray()
            )
        ).ToDictionary(u => u.Sku, StringComparer.Ordinal);

    private async Task<List<T>> QueryAsync<T>(
        string database,
        string sql,
        CancellationToken cancel,
        params object[] parameters
    )
    {
        while (true)
        {
            try
            {
                // Found anew each time: a restarted shop may have its server on another port.
                await using var connection = await AuditedDatabases.Of(shop).OpenAsync(database, cancel);
                return await connection.QueryAsync<T>(sql, cancel, parameters);
            }
            catch (Exception e) when (e is ShopException or NpgsqlException { IsTransient: true })
            {
                await Task.Delay(RetryDelay, cancel);
            }
        }
    }

    private sealed record IdRow(Guid Id);

    private sealed record StatusRow(string Status, int Orders, int Lines, long Units, decimal Value);
}
