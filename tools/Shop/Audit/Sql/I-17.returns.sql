-- orders: Returned and cancelled units were refunded once, at their selling price, an order's refunds together rounded to
--   the penny; there is no other partial refund
-- when idle
-- inputs: part_refunds
select (select count(*) from returns where state = 'settled')
    + (select count(*) from cancellations where state = 'settled') as checked;

with settled as (
    select id::text as reference, order_id, amount from returns where state = 'settled' and amount > 0
    union all
    select id::text, order_id, amount from cancellations where state = 'settled' and amount > 0)
select format('return or cancellation %s of order %s', coalesce(s.reference, p.reference), s.order_id) as subject,
       format('refund of %s, by the ledger %s', s.amount, p.amount) as detail
from settled s full join part_refunds p using (reference) where s.reference is null or abs(s.amount - coalesce(p.amount, 0)) >= 0.01
union all
select format('order %s', s.order_id), format('returns and cancellations of %s, by the ledger %s', sum(s.amount), sum(p.amount))
from settled s left join part_refunds p using (reference)
group by s.order_id having round(sum(s.amount), 2) <> coalesce(sum(p.amount), 0)
