-- inventory: Every claim on stock belongs to an order
-- with: order_heads
select count(*) from reservations;

select format('order %s', r.order_id), format('has a claim on stock (%s), but there is no such order', r.state)
from reservations r left join order_heads o using (order_id) where o.order_id is null
union all
select format('order %s', c.order_id), format('has %s %s, but no claim', count(*), c.what)
from (select order_id, 'allocations' as what from allocations union all select order_id, 'shipments' from shipments union all select order_id, 'backorders' from backorders) c
left join reservations r using (order_id) where r.order_id is null group by c.order_id, c.what
union all
select format('order %s, %s', b.order_id, b.sku), format('waits for stock, but its claim is %s', r.state)
from backorders b join reservations r using (order_id) where b.state = 'open' and r.state <> 'backordered'
