-- payments: The provider's ledger confirms each payment's state; nothing is charged or refunded twice
-- when idle
select count(*) as checked from payments;

with ledger as (
    select reference, sum(amount) filter (where kind = 'charge') as charged,
           sum(amount) filter (where kind = 'refund') as refunded,
           count(*) filter (where kind = 'charge') as charges, count(*) filter (where kind = 'refund') as refunds
    from provider_ledger where kind in ('charge', 'refund') group by reference)
select format('order %s', coalesce(p.order_id::text, l.reference)) as subject,
       format('%s of %s; charged %s in %s entries, refunded %s in %s',
              coalesce(p.state, 'unknown'), p.amount, l.charged, l.charges, l.refunded, l.refunds) as detail
from payments p full join ledger l on l.reference = p.order_id::text
where p.order_id is null or l.charges > 1 or l.refunds > 1 or p.amount < 0 or l.charged is not null and l.charged is distinct from p.amount
   or case p.state
      when 'captured' then l.charged is null and p.amount <> 0 or l.refunded is not null
      when 'refunded' then coalesce(l.charged - p.refunded_in_parts, 0) <> coalesce(l.refunded, 0)
      when 'refunding' then l.refunded is not null
      when 'declined' then l.reference is not null
      when 'pending' then l.refunded is not null
      else true end
union all
select reference, format('ledger entry of kind %s over %s', kind, amount)
from provider_ledger where kind not in ('charge', 'refund', 'part_refund', 'credit') or amount < 0
