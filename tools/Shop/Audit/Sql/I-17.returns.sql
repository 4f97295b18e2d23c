-- orders: What came back was refunded once, with what it was sold for; nothing else was refunded in part
-- at rest
-- with: part_refunds
select count(*) from returns where state = 'settled';

with settled as (select id::text as reference, order_id, amount from returns where state = 'settled' and amount > 0)
select format('return %s of order %s', coalesce(s.reference, p.reference), s.order_id), format('refund of %s, booked %s', s.amount, p.amount)
from settled s full join part_refunds p using (reference) where s.amount is distinct from p.amount
