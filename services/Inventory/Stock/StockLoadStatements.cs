using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Stock;

/// <summary>
/// The statements of <see cref="StockLoader"/>. A session plans a statement once, perhaps on an empty table, and keeps
/// the plan when the table is full. So each statement must look up by index whatever the planner believes: an array of
/// keys is compared with <c>= any</c>, and each other look-up is a subquery with <c>offset 0</c>, which the planner
/// does not turn into a join that reads a whole table. <c>PlanTests</c> checks each.
/// </summary>
internal static class StockLoadStatements
{
    internal const string LockReservations = """
        select order_id, state, decided_at, shortages::text as shortages, customer
        from reservations where order_id = any($1) order by order_id for update
        """;

    // The SKUs that an order claims or waits for do not change after the decision on it. Only their units can still
    // change before the SKUs are locked.
    internal const string ClaimedSkus = """
        select sku from allocations where order_id = any($1)
        union
        select sku from backorders where order_id = any($1)
        """;

    internal const string RecordedResponses = """
        select k.owner, k.key, k.fingerprint, k.response
        from unnest($1::text[], $2::text[]) as n(owner, key)
        cross join lateral (
            select owner, key, fingerprint, response::text as response
            from idempotency_keys where owner = n.owner and key = n.key offset 0) k
        """;

    // The holds that the commands name, expired holds on SKUs that the commands change, and holds that released orders
    // have claimed. Each arm uses an index of its own; an OR of the conditions could use none.
    private static readonly string NeededHolds = $"""
        select unnest($1::uuid[])
        union
        select h.id from holds h
        where h.{StateConditions.ActiveHold} and h.expires_at <= $3
          and exists (select from hold_lines l where l.hold_id = h.id and l.sku = any($2::text[]) offset 0)
        union
        select id from holds where {StateConditions.ClaimedHold} and claimed_by && $4::uuid[]
        """;

    internal static readonly string LockHolds = $"""
        select id, customer, state, expires_at, entry_id, array_to_string(claimed_by, ',') as claimed_by, claimed_at,
            to_json(array(select sku from hold_lines l where l.hold_id = holds.id))::text as skus
        from holds where id = any(array({NeededHolds})) order by id for update
        """;

    internal const string HoldLines = """
        select hold_id, sku, location, quantity, used
        from hold_lines where hold_id = any($1) order by hold_id, sku, location
        """;

    internal const string LockDocuments = """
        select reference, location, source, expected_at, state, reason, unavailable
        from inbounds where reference = any($1) order by reference for update
        """;

    internal const string DocumentLines = """
        select reference, sku, expected, received, closed
        from inbound_lines where reference = any($1) order by reference, sku
        """;

    // One lock for all levels of a SKU, also for those that there are not yet: who waits for it reads the levels of the
    // writer before it. Rows that refer to an item do not wait for it.
    internal const string LockItems = """
        select sku, stocked, backorder_limit, max_per_customer, low_stock_at, on_sale
        from items where sku = any($1) order by sku for no key update
        """;

    internal const string Levels = """
        select l.sku, l.location, l.on_hand, l.allocated, l.held, l.unavailable, l.incoming, l.short, l.sequence,
            l.hash, p.priority, p.sold_since is not null as sold
        from levels l left join locations p using (location)
        where l.sku = any($1) order by l.sku, l.location
        """;

    internal const string Locations = """
        select location, priority, sold_since is not null as sold from locations where location = any($1)
        """;

    // Only a refusal needs the others: it names those that are spelt alike.
    internal const string AllLocations = "select location from locations order by location limit 1000";

    private static readonly string AllocationsNotShipped = $"""
        select a.order_id, a.sku, a.location,
            (sum(a.quantity) - coalesce((
                select sum(s.quantity) from shipments s
                where (s.order_id, s.sku, s.location) = (a.order_id, a.sku, a.location)), 0))::int as quantity,
            0::bigint as step
        from allocations a
        where exists (
            select from reservations r
            where r.order_id = a.order_id and r.{StateConditions.ClaimingReservation} offset 0)
        """;

    /// <summary>Units allocated to orders and not shipped, per level.</summary>
    internal static readonly string OpenAllocations = $"""
        {AllocationsNotShipped} and a.order_id = any($1)
        group by a.order_id, a.sku, a.location order by a.order_id, a.sku, a.location
        """;

    // Reads all allocations of these SKUs, past ones too. Only a count that may leave orders short needs it.
    internal static readonly string OpenAllocationsOfSkus = $"""
        {AllocationsNotShipped} and (a.order_id = any($1) or a.sku = any($2))
        group by a.order_id, a.sku, a.location order by a.order_id, a.sku, a.location
        """;

    // Only a count that may leave claims short needs it.
    internal static readonly string HoldsOfSkus = $"""
        select h.id as hold_id, h.customer, l.sku, l.location, l.quantity
        from (select id, customer from holds h where h.{StateConditions.ActiveHold} offset 0) h
        cross join lateral (
            select sku, location, quantity - used as quantity from hold_lines l
            where l.hold_id = h.id and l.sku = any($1) and l.quantity > l.used offset 0) l
        order by h.id, l.sku, l.location
        """;

    internal const string ShippedUnits = """
        select order_id, sku, location, sum(quantity) as units
        from shipments where order_id = any($1) group by order_id, sku, location
        """;

    /// <summary>The number of the last move of each order's allocations; a move is two movements.</summary>
    internal static readonly string Reallocations = $"""
        select cause::uuid as order_id, max(step) as last
        from movements where cause = any($1) and kind = '{MovementKind.Reallocated.Name()}' group by cause
        """;

    internal static readonly string OpenBackorders = $"""
        select order_id, sku, order_number, quantity, filled, promised_at, state
        from backorders where sku = any($1) and {StateConditions.OpenBackorder} order by order_number
        """;

    internal static readonly string OpenWaitlistEntries = $"""
        select id, sku, customer, quantity, position, state
        from waitlist where sku = any($1) and {StateConditions.OpenWaitlistEntry} order by position
        """;

    private const string Pairs = "unnest($1::text[], $2::text[]) as p(customer, sku)";

    /// <summary>Units allocated to customers, or on backorder for them.</summary>
    internal static readonly string BoughtUnits = $"""
        select p.customer, p.sku, b.units
        from {Pairs}
        cross join lateral (
            select sum(x.quantity) as units
            from reservations r
            cross join lateral (
                select quantity from allocations a where a.order_id = r.order_id and a.sku = p.sku
                union all
                select quantity - filled from backorders w
                where w.order_id = r.order_id and w.sku = p.sku and w.{StateConditions.OpenBackorder}) x
            where r.customer = p.customer and r.{StateConditions.ClaimingReservation} offset 0) b
        where b.units is not null
        """;

    /// <summary>Units held for customers or offered to them, less those that they have returned.</summary>
    internal static readonly string HeldLessReturnedUnits = $"""
        select p.customer, p.sku, b.units
        from {Pairs}
        cross join lateral (
            select sum(x.quantity)::bigint as units
            from (
                select l.quantity
                from (
                    select id from holds h where h.customer = p.customer and h.{StateConditions.ActiveHold} offset 0) h
                cross join lateral (
                    select quantity - used as quantity from hold_lines l
                    where l.hold_id = h.id and l.sku = p.sku offset 0) l
                union all
                select -m.quantity
                from (
                    select order_id from reservations r
                    where r.customer = p.customer and r.{StateConditions.ClaimingReservation} offset 0) r
                cross join lateral (
                    select quantity from movements m
                    where m.cause = r.order_id::text and m.kind = '{MovementKind.Returned.Name()}' and m.sku = p.sku
                    offset 0) m) x) b
        where b.units is not null
        """;

    internal static readonly string ExpectedReceipts = $"""
        select l.sku, i.expected_at, (l.expected - l.received - l.closed)::bigint as quantity, l.reference
        from inbound_lines l
        cross join lateral (
            select expected_at from inbounds i
            where i.reference = l.reference and i.{StateConditions.OpenInbound} and i.expected_at is not null
              and not i.unavailable
            offset 0) i
        where l.sku = any($1) and l.{StateConditions.OpenInboundLine} order by i.expected_at, l.sku
        """;
}
