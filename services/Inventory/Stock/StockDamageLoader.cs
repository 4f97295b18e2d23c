using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using Npgsql;

namespace DaprShop.Inventory.Stock;

/// <summary>
/// Compares the ledger of SKUs with their levels and their claims. The SKUs are locked, and the whole ledger of the
/// SKUs is read.
/// </summary>
internal static class StockDamageLoader
{
    private static readonly string Allocated = MovementKind.Allocated.Name();

    private static readonly string Reallocated = MovementKind.Reallocated.Name();

    private const string Ledgers = """
        select l.sku, l.location, coalesce(m.on_hand, 0) as on_hand, coalesce(m.allocated, 0) as allocated,
            coalesce(m.held, 0) as held, coalesce(m.unavailable, 0) as unavailable, coalesce(m.incoming, 0) as incoming,
            0::bigint as short, coalesce(m.sequence, 0) as sequence, coalesce(m.hash, '') as hash
        from levels l left join lateral (
            select * from movements m where (m.sku, m.location) = (l.sku, l.location)
            order by m.sequence desc limit 1) m on true
        where l.sku = any($1) order by l.sku, l.location
        """;

    private static readonly string Released = MovementKind.Released.Name();

    // A movement that allocated units to an order, or moved them between locations, proves the allocation, even of an
    // order that has released it since. One that released a part of them, in a step of its own, proves the row below zero.
    private static readonly string LostAllocations = $"""
        select r.order_id, m.sku, m.location, m.quantity::int as quantity, n.step
        from movements m
        join reservations r on r.order_id::text = m.cause
        cross join lateral (
            select case m.kind when '{Reallocated}' then {Allocation.FirstReallocation} + m.step
                when '{Released}' then -m.step else m.step end) n(step)
        where m.sku = any($1) and not ({StockActors.IsRepair})
          and (m.kind in ('{Allocated}', '{Reallocated}') or m.kind = '{Released}' and m.step > 0)
          and not exists (
            select from allocations a
            where (a.order_id, a.sku, a.location, a.step) = (r.order_id, m.sku, m.location, n.step))
        """;

    private static readonly string Drifts = $"""
        with lost as ({LostAllocations}),
        walk as (
            select *,
                allocated - lag(allocated, 1, 0::bigint) over level as allocated_change,
                held - lag(held, 1, 0::bigint) over level as held_change
            from movements where sku = any($1)
            window level as (partition by sku, location order by sequence)),
        ledger as (
            select sku, location, regexp_replace(cause, '^{StockActors.RepairOf}', '') as cause,
                sum(allocated_change) as allocated,
                sum(held_change) filter (where kind <> '{Allocated}') as held
            from walk group by 1, 2, 3),
        last as (
            select distinct on (sku, location) sku, location, held, incoming
            from movements where sku = any($1) order by sku, location, sequence desc),
        claimed as (
            select sku, location, order_id::text as cause, sum(quantity) as units
            from (
                select order_id, sku, location, quantity from allocations where sku = any($1)
                union all
                select order_id, sku, location, quantity from lost
                union all
                select order_id, sku, location, -quantity from shipments where sku = any($1)) c
            join reservations r using (order_id)
            where r.{StateConditions.ClaimingReservation} group by 1, 2, 3),
        holding as (
            select l.sku, l.location, l.hold_id::text as cause,
                sum(l.quantity - l.used) filter (where h.{StateConditions.ActiveHold}) as units,
                sum(case when h.{StateConditions.ActiveHold} then l.quantity else l.used end) as moved,
                bool_or(h.state = '{EnumNames.Of(HoldState.Committed)}') as used
            from hold_lines l join holds h on h.id = l.hold_id where l.sku = any($1) group by 1, 2, 3),
        expected as (
            select l.sku, i.location, sum(greatest(l.expected - l.received - l.closed, 0)) as units
            from inbound_lines l join inbounds i using (reference)
            where l.sku = any($1) and i.{StateConditions.OpenInbound} group by 1, 2)
        select sku, location, '{EnumNames.Of(ClaimedQuantity.Allocated)}' as quantity, cause,
            coalesce(l.allocated, 0)::bigint as ledger, coalesce(c.units, 0)::bigint as claims
        from ledger l full join claimed c using (sku, location, cause)
        where coalesce(l.allocated, 0) <> coalesce(c.units, 0)
        union all
        select sku, location, '{EnumNames.Of(ClaimedQuantity.Held)}', cause,
            coalesce(l.held, 0)::bigint, coalesce(h.moved, 0)::bigint
        from ledger l full join holding h using (sku, location, cause)
        where coalesce(l.held, 0) <> coalesce(h.moved, 0) and h.used is not true
        union all
        select sku, location, '{EnumNames.Of(ClaimedQuantity.Held)}', '',
            coalesce(l.held, 0), coalesce(h.units, 0)::bigint
        from last l
        full join (select sku, location, sum(units) as units from holding group by 1, 2) h using (sku, location)
        where coalesce(l.held, 0) <> coalesce(h.units, 0)
        union all
        select sku, location, '{EnumNames.Of(ClaimedQuantity.Incoming)}', '',
            coalesce(l.incoming, 0), coalesce(e.units, 0)::bigint
        from last l full join expected e using (sku, location)
        where coalesce(l.incoming, 0) <> coalesce(e.units, 0)
        order by 1, 2, 3, 4
        """;

    private static readonly string OrphanedBackorders = $"""
        select b.order_id, b.sku
        from backorders b left join reservations r using (order_id)
        where b.sku = any($1) and b.{StateConditions.OpenBackorder}
          and r.state is distinct from '{EnumNames.Of(ReservationState.Backordered)}'
        order by b.order_number
        """;

    private static readonly string EntriesWithoutOffer = $"""
        select w.id
        from waitlist w
        where w.sku = any($1) and w.{StateConditions.OfferedWaitlistEntry}
          and not exists (select from holds h where h.entry_id = w.id)
        order by w.position
        """;

    private sealed record DriftRow(
        string Sku,
        string Location,
        string Quantity,
        string Cause,
        long Ledger,
        long Claims
    );

    private sealed record EntryRow(Guid Id);

    public static async Task<StockDamage> LoadAsync(
        NpgsqlConnection connection,
        string[] skus,
        CancellationToken cancellationToken
    )
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var sql in new[] { Ledgers, LostAllocations, Drifts, OrphanedBackorders, EntriesWithoutOffer })
            batch.Add(sql, skus);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var ledgers = await reader.ReadAllAsync<LevelRow>(cancellationToken);
        var lost = await reader.ReadNextAsync<Allocation>(cancellationToken);
        var drifts = await reader.ReadNextAsync<DriftRow>(cancellationToken);
        var orphans = await reader.ReadNextAsync<OrphanedBackorder>(cancellationToken);
        var entries = await reader.ReadNextAsync<EntryRow>(cancellationToken);
        return new StockDamage(
            ledgers.ConvertAll(ToLevel),
            lost,
            drifts.ConvertAll(ToDrift),
            orphans,
            [.. entries.Select(e => e.Id)]
        );
    }

    private static Level ToLevel(LevelRow row) =>
        new(
            row.Sku,
            row.Location,
            new Quantities(row.OnHand, row.Allocated, row.Held, row.Unavailable, row.Incoming),
            row.Short,
            row.Sequence,
            row.Hash
        );

    private static Drift ToDrift(DriftRow row) =>
        new(row.Sku, row.Location, EnumNames.Parse<ClaimedQuantity>(row.Quantity), row.Cause, row.Ledger, row.Claims);
}
