-- orders: Returned and cancelled units were refunded once, at their selling price, an order's refunds together rounded to
--   the penny; there is no other partial refund. Of an order that was authorised, cancelled units are refunded only as far
--   as they were captured
-- when idle
-- inputs: part_refunds
select (select count(*) from returns where state = 'settled')
    + (select count(*) from cancellations where state = 'settled') as checked;

with settled as (
    select id::text as reference, order_id, amount, true as whole from returns where state = 'settled' and amount > 0
    union all
    select c.id::text, c.order_id, c.amount, o.payment is null
    from cancellations c join orders o on o.id = c.order_id where c.state = 'settled' and c.amount > 0),
-- An order that has ended is refunded in parts, too, where its money is of several authorisations.
refunds as (
    select reference, sum(amount) as amount from part_refunds p
    where not exists (select from orders o where o.id::text = p.reference) group by reference)
select format('return or cancellation %s of order %s', coalesce(s.reference, p.reference), s.order_id) as subject,
       format('refund of %s, by the ledger %s', s.amount, p.amount) as detail
from settled s full join refunds p using (reference)
where s.reference is null
   or case when s.whole then abs(s.amount - coalesce(p.amount, 0)) >= 0.01 else coalesce(p.amount, 0) >= s.amount + 0.01 end
union all
select format('order %s', s.order_id),
       format('returns and cancellations of %s, by the ledger %s', sum(s.amount), sum(p.amount))
from settled s left join refunds p using (reference)
where s.whole
group by s.order_id having round(sum(s.amount), 2) <> coalesce(sum(p.amount), 0)
