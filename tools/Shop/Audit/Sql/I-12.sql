-- inventory: Backorders are filled first come, first served: no later order number while an earlier one of the SKU was
--   waiting; filled equals the units allocated later
select count(*) as checked from backorders;

with fills as (
    select a.order_id, a.sku, sum(a.quantity) as units from allocations a where a.step > 0 group by a.order_id, a.sku),
moved as (
    select b.order_id, b.sku, b.order_number, b.state, r.decided_at, m.location,
           min(m.sequence) as first, max(m.sequence) as last, min(m.occurred_at) as first_at
    from backorders b join reservations r using (order_id)
    left join movements m on m.cause = b.order_id::text and m.sku = b.sku and m.kind = 'allocated' and m.step > 0
    group by b.order_id, b.sku, b.order_number, b.state, r.decided_at, m.location)
-- The decision time is read before the transaction waits for its locks, which takes less than a minute. The time of a
-- cancellation is not recorded, so cancelled backorders are not checked.
select format('%s, order number %s', late.sku, late.order_number) as subject,
       format('was filled at %s by movement %s while order number %s (%s) was waiting',
              late.location, late.first, early.order_number, early.order_id) as detail
from moved late
join moved early on early.sku = late.sku and early.order_number < late.order_number
    and early.decided_at < late.first_at - interval '1 minute'
where early.state = 'open' and (early.location is null or early.location = late.location)
   or early.state = 'filled' and early.location = late.location and early.last > late.first
union all
select format('order %s, %s', coalesce(b.order_id, f.order_id), coalesce(b.sku, f.sku)),
       format('%s of %s filled (%s), %s allocated later', b.filled, b.quantity, b.state, coalesce(f.units, 0))
from backorders b full join fills f on f.order_id = b.order_id and f.sku = b.sku
where coalesce(b.filled, 0) <> coalesce(f.units, 0) or (b.state = 'filled') <> (b.filled = b.quantity)
union all
select format('%s, order number %s', sku, order_number), format('%s backorders have this number', count(*))
from backorders group by sku, order_number having count(*) > 1
