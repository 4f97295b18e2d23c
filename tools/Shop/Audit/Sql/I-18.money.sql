-- payments: Every payment belongs to an order
-- inputs: order_heads
select count(*) as checked from payments;

select format('order %s', p.order_id) as subject,
       format('has a payment (%s of %s) but does not exist', p.state, p.amount) as detail
from payments p left join order_heads o using (order_id) where o.order_id is null
