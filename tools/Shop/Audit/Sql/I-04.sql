-- inventory: allocated is the sum of the open allocations minus shipments; held is what is left of the active holds
-- An expired hold stays active until it is ended: by a decision on its SKU, or by the sweeper.
select count(*) as checked from levels;

with claimed as (
    select sku, location, sum(quantity) as units from (
        select order_id, sku, location, quantity from allocations
        union all select order_id, sku, location, -quantity from shipments) c
    join reservations r using (order_id) where r.state in ('allocated', 'backordered') group by sku, location),
holding as (
    select sku, location, sum(quantity - used) as units
    from hold_lines l join holds h on h.id = l.hold_id where h.state = 'active' group by sku, location)
select format('%s at %s', sku, location) as subject,
       format('allocated %s, open allocations %s; held %s, active holds %s',
              l.allocated, coalesce(c.units, 0), l.held, coalesce(h.units, 0)) as detail
from levels l full join claimed c using (sku, location) full join holding h using (sku, location)
where coalesce(l.allocated, 0) <> coalesce(c.units, 0) or coalesce(l.held, 0) <> coalesce(h.units, 0)
