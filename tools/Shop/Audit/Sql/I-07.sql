-- inventory: Every order rejected for lack of stock could not be covered at its turn, as the ledger proves
-- inputs: ordered
select count(*) as checked
from reservations where shortages is not null or state in ('out_of_stock', 'limit_exceeded');

with refused as (
    select r.order_id, r.state, r.decided_at, s.sku, s.requested, s.available, coalesce(s."asOf", '{}') as as_of,
           -- A refusal for a limit states the units that the customer may still buy as available.
           r.state = 'limit_exceeded' or s."forLimit" is true as for_limit
    from reservations r
    cross join lateral jsonb_to_recordset(r.shortages) as s(sku text, requested bigint, available bigint, "asOf" jsonb,
                                                           "forLimit" boolean)
    -- An order that accepted fewer units was not refused.
    where r.shortages is not null and not exists (select from allocations a where a.order_id = r.order_id)),
proof as (
    select f.order_id, f.sku, sum(greatest(m.on_hand - m.unavailable - m.allocated - m.held, 0)) as available,
           count(*) filter (where m.sequence is null and a.sequence <> '0') as unknown
    from refused f
    cross join lateral jsonb_each_text(f.as_of) as a(location, sequence)
    left join movements m on m.sku = f.sku and m.location = a.location and m.sequence = a.sequence::bigint
    group by f.order_id, f.sku)
select format('order %s, %s', f.order_id, f.sku) as subject,
       format('requested %s (the order has %s), stated as available %s, available by the ledger %s at %s',
              f.requested, o.quantity, f.available, coalesce(p.available, 0), f.as_of) as detail
from refused f
left join proof p using (order_id, sku)
left join ordered o using (order_id, sku)
where f.available <> coalesce(p.available, 0) and f.for_limit is not true
   or f.requested <= f.available or p.unknown > 0 or o.quantity is distinct from f.requested
union all
-- A location that the proof omits must not have existed, or been sold from, then. A transaction waits for its locks for less than a minute.
select format('order %s, %s', f.order_id, f.sku), format('the proof omits the location %s', l.location)
from refused f
join levels l on l.sku = f.sku and not f.as_of ? l.location
join locations p on p.location = l.location
join movements m on m.sku = l.sku and m.location = l.location and m.sequence = 1
where greatest(m.occurred_at, p.sold_since) < f.decided_at - interval '1 minute' and p.sold_since is not null
union all
select format('order %s', order_id), format('refused (%s) without a shortage', state)
from reservations
where state in ('out_of_stock', 'limit_exceeded') and coalesce(jsonb_array_length(shortages), 0) = 0
