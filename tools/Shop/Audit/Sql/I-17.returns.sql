-- orders: Returned units were refunded once, at their selling price; there is no other partial refund
-- when idle
-- inputs: part_refunds
select count(*) as checked from returns where state = 'settled';

with settled as (select id::text as reference, order_id, amount from returns where state = 'settled' and amount > 0)
select format('return %s of order %s', coalesce(s.reference, p.reference), s.order_id) as subject,
       format('refund of %s, by the ledger %s', s.amount, p.amount) as detail
from settled s full join part_refunds p using (reference) where s.amount is distinct from p.amount
