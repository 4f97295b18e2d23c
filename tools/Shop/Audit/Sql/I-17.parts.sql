-- payments: Partial refunds equal those of the events, add up to those of the ledger, and never exceed the captured
--   amount
-- when idle
select count(*) as checked from payments;

with published as (
    select subject, sum((data->>'amount')::numeric) as amount
    from events where data->>'kind' = 'partly_refunded' group by 1)
select format('order %s', p.order_id) as subject,
       format('%s of %s refunded in parts, by its events %s', p.refunded_in_parts, p.amount, coalesce(t.amount, 0))
           as detail
from payments p left join published t on t.subject = p.order_id::text
where p.refunded_in_parts <> coalesce(t.amount, 0) or p.refunded_in_parts > p.captured or p.refunded_in_parts < 0
union all
select 'all partial refunds', format('by the payments %s, by the ledger %s', p.amount, l.amount)
from (select coalesce(sum(refunded_in_parts), 0) as amount from payments) p,
     (select coalesce(sum(amount), 0) as amount from provider_ledger where kind = 'part_refund') l
where p.amount <> l.amount
