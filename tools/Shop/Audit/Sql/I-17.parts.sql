-- payments: What was given back in parts is what was told of it, in all what the ledger has, and never more than was captured
select count(*) from payments;

with told as (select subject, sum((data->>'amount')::numeric) as amount from events where data->>'kind' = 'partly_refunded' group by 1)
select format('order %s', p.order_id), format('%s of %s given back in parts, told of %s', p.returned, p.amount, coalesce(t.amount, 0))
from payments p left join told t on t.subject = p.order_id::text
where p.returned <> coalesce(t.amount, 0) or p.returned > p.amount or p.returned < 0
union all
select 'all part refunds', format('%s by the payments, %s by the ledger', p.amount, l.amount)
from (select coalesce(sum(returned), 0) as amount from payments) p, (select coalesce(sum(amount), 0) as amount from provider_ledger where kind = 'part_refund') l
where p.amount <> l.amount
