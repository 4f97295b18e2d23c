-- inventory: Per open order and stocked SKU, requested = allocated + backordered + shipped
-- Requested is what was accepted as stocked, whatever its item is now, without the cancelled units. Shipped units stay
-- in allocations; I-11 checks those of a cancelled order.
-- when idle
-- inputs: ordered, order_heads
select count(*) as checked from ordered join order_heads using (order_id)
where status in ('backordered', 'reserved', 'awaiting_payment', 'paid', 'confirmed', 'shipped', 'delivered');

with heads as (
    select order_id from order_heads
    where status in ('backordered', 'reserved', 'awaiting_payment', 'paid', 'confirmed', 'shipped', 'delivered')),
requested as (
    select order_id, sku, stocked, case when stocked is false then 0 else kept end as quantity
    from ordered join heads using (order_id)),
claimed as (
    select order_id, sku, sum(allocated) as allocated, sum(waiting) as waiting from (
        select order_id, sku, quantity as allocated, 0 as waiting from allocations
        union all select order_id, sku, 0, quantity - filled from backorders where state = 'open') c
    join reservations r using (order_id) join heads using (order_id)
    where r.state in ('allocated', 'backordered') group by order_id, sku)
select format('order %s, %s', order_id, sku) as subject,
       format('requested %s, allocated %s, backordered %s',
              coalesce(q.quantity, 0), coalesce(c.allocated, 0), coalesce(c.waiting, 0)) as detail
from requested q
full join claimed c using (order_id, sku)
left join items i using (sku)
where coalesce(q.quantity, 0) <> coalesce(c.allocated + c.waiting, 0)
    and not (q.stocked is null and c.order_id is null and i.stocked is false)
union all
select format('order %s, %s at %s', s.order_id, s.sku, s.location),
       format('shipped %s, allocated %s', s.units, coalesce(a.units, 0))
from (select order_id, sku, location, sum(quantity) as units from shipments group by 1, 2, 3) s
left join (select order_id, sku, location, sum(quantity) as units from allocations group by 1, 2, 3) a
    using (order_id, sku, location)
where s.units > coalesce(a.units, 0)
