-- inventory: (order_id text, sku text, stocked boolean, shipped bigint, returned bigint)
-- Each service has one row without an order.
select m.cause, m.sku, true, sum(-m.quantity) filter (where m.kind = 'shipped'),
       sum(m.quantity) filter (where m.kind = 'returned')
from movements m join reservations r on r.order_id::text = m.cause
where m.kind in ('shipped', 'returned') group by 1, 2
union all
select null, sku, false, 0, 0 from items where not stocked
