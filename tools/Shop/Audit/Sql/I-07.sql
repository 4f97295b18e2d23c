-- inventory: Every order refused for want of stock was uncoverable at its turn, as the ledger proves
-- with: ordered
select count(*) from reservations where shortages is not null or state in ('out_of_stock', 'limit_exceeded');

with refused as (
    select r.order_id, r.state, r.decided_at, s.sku, s.requested, s.available, coalesce(s."asOf", '{}') as as_of,
           -- Refused for a limit: what the customer might still have bought stands for what is available. A release forgets the refusal's kind.
           r.state = 'limit_exceeded' or r.state = 'released' and s.available < i.max_per_customer as for_limit
    from reservations r
    cross join lateral jsonb_to_recordset(r.shortages) as s(sku text, requested bigint, available bigint, "asOf" jsonb)
    left join items i on i.sku = s.sku
    -- Who took less than was asked for was not refused.
    where r.shortages is not null and not exists (select from allocations a where a.order_id = r.order_id)),
proof as (
    select f.order_id, f.sku, sum(greatest(m.on_hand - m.unavailable - m.allocated - m.held, 0)) as available,
           count(*) filter (where m.sequence is null and a.sequence <> '0') as unknown
    from refused f
    cross join lateral jsonb_each_text(f.as_of) as a(location, sequence)
    left join movements m on m.sku = f.sku and m.location = a.location and m.sequence = a.sequence::bigint
    group by f.order_id, f.sku)
select format('order %s, %s', f.order_id, f.sku),
       format('asked for %s (the order says %s), told %s available, the ledger proves %s at %s', f.requested, o.quantity, f.available, coalesce(p.available, 0), f.as_of)
from refused f
left join proof p using (order_id, sku)
left join ordered o using (order_id, sku)
where f.available <> coalesce(p.available, 0) and f.for_limit is not true
   or f.requested <= f.available or p.unknown > 0 or o.quantity is distinct from f.requested
union all
-- A location that the proof leaves out did not exist then. A minute is more than a transaction waits for its locks.
select format('order %s, %s', f.order_id, f.sku), format('the proof leaves out %s', l.location)
from refused f
join levels l on l.sku = f.sku and not f.as_of ? l.location
join movements m on m.sku = l.sku and m.location = l.location and m.sequence = 1
where m.occurred_at < f.decided_at - interval '1 minute'
union all
select format('order %s', order_id), format('refused (%s), but nothing was short', state)
from reservations where state in ('out_of_stock', 'limit_exceeded') and coalesce(jsonb_array_length(shortages), 0) = 0
