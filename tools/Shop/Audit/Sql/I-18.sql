-- inventory: Every claim on stock belongs to an order
-- with: order_heads
select count(*) from reservations;

select format('order %s', r.order_id), format('has a claim on stock (%s), but there is no such order', r.state)
from reservations r left join order_heads o using (order_id) where o.order_id is null
union all
select format('order %s', a.order_id), format('has %s allocations, but no claim', count(*))
from allocations a left join reservations r using (order_id) where r.order_id is null group by a.order_id
