-- inventory: Every claim on stock belongs to an order
-- inputs: order_heads
select count(*) as checked from reservations;

select format('order %s', r.order_id) as subject,
       format('has a claim on stock (%s) but does not exist', r.state) as detail
from reservations r left join order_heads o using (order_id) where o.order_id is null
union all
select format('order %s', c.order_id), format('has %s %s but no claim', count(*), c.rows)
from (select order_id, 'allocations' as rows from allocations
      union all select order_id, 'shipments' from shipments
      union all select order_id, 'backorders' from backorders where state = 'open') c
left join reservations r using (order_id) where r.order_id is null group by c.order_id, c.rows
union all
select format('order %s, %s', b.order_id, b.sku), format('waits for stock, but its claim is %s', r.state)
from backorders b join reservations r using (order_id) where b.state = 'open' and r.state <> 'backordered'
