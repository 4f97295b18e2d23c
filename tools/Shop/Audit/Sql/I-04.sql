-- inventory: allocated is the sum of the open allocations; nothing else is held
-- Holds come later: until then held is zero.
select count(*) from levels;

with claimed as (
    select a.sku, a.location, sum(a.quantity) as units
    from allocations a join reservations r using (order_id) where r.state = 'allocated' group by a.sku, a.location)
select format('%s at %s', coalesce(l.sku, c.sku), coalesce(l.location, c.location)),
       format('allocated %s, open allocations %s, held %s', l.allocated, coalesce(c.units, 0), l.held)
from levels l full join claimed c on c.sku = l.sku and c.location = l.location
where coalesce(l.allocated, 0) <> coalesce(c.units, 0) or coalesce(l.held, 0) <> 0
