-- payments: Every payment belongs to an order
-- with: order_heads
select count(*) from payments;

select format('order %s', p.order_id), format('has a payment (%s of %s), but there is no such order', p.state, p.amount)
from payments p left join order_heads o using (order_id) where o.order_id is null
