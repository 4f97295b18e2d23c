using DaprShop.Inventory.Model;
using DaprShop.Messaging;
using Npgsql;

namespace DaprShop.Inventory.Stock;

/// <summary>Compares the ledger of SKUs, whose levels are locked, with their levels and with what is claimed. It reads their whole ledger.</summary>
internal static class StockDamageLoader
{
    private const string Ledgers = """
        select l.sku, l.location, coalesce(m.on_hand, 0), coalesce(m.allocated, 0), coalesce(m.held, 0), coalesce(m.unavailable, 0), coalesce(m.incoming, 0), coalesce(m.sequence, 0), coalesce(m.hash, '')
        from levels l left join lateral (
            select * from movements m where (m.sku, m.location) = (l.sku, l.location) order by m.sequence desc limit 1) m on true
        where l.sku = any($1) order by 1, 2
        """;

    // What the ledger says that an order was given is its own, and a record even of one that has given it back.
    private const string Lost = """
        select r.order_id, m.sku, m.location, m.quantity, m.step
        from movements m join reservations r on r.order_id::text = m.cause
        where m.sku = any($1) and m.kind = 'allocated' and m.actor <> 'auditor'
          and not exists (select from allocations a where (a.order_id, a.sku, a.location, a.step) = (r.order_id, m.sku, m.location, m.step))
        """;

    private static readonly string Drifts = $"""
        with lost as ({Lost}),
        walk as (
            select *, allocated - lag(allocated, 1, 0::bigint) over level as d_allocated, held - lag(held, 1, 0::bigint) over level as d_held
            from movements where sku = any($1) window level as (partition by sku, location order by sequence)),
        ledger as (
            select sku, location, regexp_replace(cause, '^repair-', '') as cause, sum(d_allocated) as allocated, sum(d_held) filter (where kind <> 'allocated') as held
            from walk group by 1, 2, 3),
        last as (select distinct on (sku, location) sku, location, held, incoming from movements where sku = any($1) order by sku, location, sequence desc),
        claimed as (
            select sku, location, order_id::text as cause, sum(quantity) as units from (
                select order_id, sku, location, quantity from allocations where sku = any($1)
                union all select order_id, sku, location, quantity from lost
                union all select order_id, sku, location, -quantity from shipments where sku = any($1)) c
            join reservations r using (order_id) where r.{StateConditions.ClaimingReservation} group by 1, 2, 3),
        holding as (
            select l.sku, l.location, l.hold_id::text as cause, sum(l.quantity) filter (where h.state = 'active') as units, bool_or(h.state = 'committed') as used
            from hold_lines l join holds h on h.id = l.hold_id where l.sku = any($1) group by 1, 2, 3),
        due as (
            select l.sku, i.location, sum(greatest(l.expected - l.received - l.closed, 0)) as units
            from inbound_lines l join inbounds i using (reference) where l.sku = any($1) and i.{StateConditions.OpenInbound} group by 1, 2)
        select sku, location, 'allocated', cause, coalesce(l.allocated, 0)::bigint, coalesce(c.units, 0)::bigint
        from ledger l full join claimed c using (sku, location, cause) where coalesce(l.allocated, 0) <> coalesce(c.units, 0)
        union all
        select sku, location, 'held', cause, coalesce(l.held, 0)::bigint, coalesce(h.units, 0)::bigint
        from ledger l full join holding h using (sku, location, cause) where coalesce(l.held, 0) <> coalesce(h.units, 0) and h.used is not true
        union all
        select sku, location, 'held', '', coalesce(l.held, 0), coalesce(h.units, 0)::bigint
        from last l full join (select sku, location, sum(units) as units from holding group by 1, 2) h using (sku, location) where coalesce(l.held, 0) <> coalesce(h.units, 0)
        union all
        select sku, location, 'incoming', '', coalesce(l.incoming, 0), coalesce(d.units, 0)::bigint
        from last l full join due d using (sku, location) where coalesce(l.incoming, 0) <> coalesce(d.units, 0)
        order by 1, 2, 3, 4
        """;

    private const string Orphans = """
        select b.order_id, b.sku from backorders b left join reservations r using (order_id)
        where b.sku = any($1) and b.state = 'open' and r.state is distinct from 'backordered' order by b.order_number
        """;

    private const string Unoffered = """
        select w.id from waitlist w where w.sku = any($1) and w.state = 'offered' and not exists (select from holds h where h.entry_id = w.id) order by w.position
        """;

    public static async Task<StockDamage> ReadAsync(
        NpgsqlConnection connection,
        string[] skus,
        CancellationToken cancellationToken
    )
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var sql in new[] { Ledgers, Lost, Drifts, Orphans, Unoffered })
            batch.Add(sql, (object)skus);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var ledgers = await reader.ReadAllAsync(
            r => new Level(
                r.GetString(0),
                r.GetString(1),
                new Quantities(r.GetInt64(2), r.GetInt64(3), r.GetInt64(4), r.GetInt64(5), r.GetInt64(6)),
                0,
                r.GetInt64(7),
                r.GetFieldValue<byte[]>(8)
            ),
            cancellationToken
        );
        return new StockDamage(
            ledgers,
            await NextAsync(r => new Allocation(
                r.GetGuid(0),
                r.GetString(1),
                r.GetString(2),
                r.GetInt32(3),
                r.GetInt64(4)
            )),
            await NextAsync(r => new Drift(
                r.GetString(0),
                r.GetString(1),
                EnumNames.Parse<Claimed>(r.GetString(2)),
                r.GetString(3),
                r.GetInt64(4),
                r.GetInt64(5)
            )),
            await NextAsync(r => (r.GetGuid(0), r.GetString(1))),
            await NextAsync(r => r.GetGuid(0))
        );

        async Task<List<T>> NextAsync<T>(Func<NpgsqlDataReader, T> map)
        {
            await reader.NextResultAsync(cancellationToken);
            return await reader.ReadAllAsync(map, cancellationToken);
        }
    }
}
