-- inventory: Per confirmed order and stocked SKU, requested = allocated
-- at rest
-- with: ordered, order_heads
select count(*) from ordered join order_heads using (order_id) where status in ('reserved', 'paid', 'confirmed');

with requested as (
    select o.order_id, o.sku, o.quantity from ordered o join order_heads h using (order_id) where h.status in ('reserved', 'paid', 'confirmed')),
claimed as (
    select a.order_id, a.sku, sum(a.quantity) as units from allocations a join reservations r using (order_id) join order_heads h using (order_id)
    where r.state = 'allocated' and h.status in ('reserved', 'paid', 'confirmed') group by a.order_id, a.sku)
select format('order %s, %s', coalesce(q.order_id, c.order_id), coalesce(q.sku, c.sku)), format('requested %s, allocated %s', coalesce(q.quantity, 0), coalesce(c.units, 0))
from requested q
full join claimed c on c.order_id = q.order_id and c.sku = q.sku
left join items i on i.sku = q.sku
where coalesce(q.quantity, 0) <> coalesce(c.units, 0) and not (c.units is null and i.stocked is false)
