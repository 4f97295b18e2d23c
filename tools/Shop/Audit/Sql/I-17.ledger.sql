-- payments: The provider's ledger confirms each payment's state: what is captured, what is still held, what is refunded;
--   nothing is charged or refunded twice
-- when idle
select count(*) as checked from payments;

with ledger as (
    select reference, sum(amount) filter (where kind = 'charge') as charged,
           sum(amount) filter (where kind = 'refund') as refunded,
           count(*) filter (where kind = 'charge') as charges, count(*) filter (where kind = 'refund') as refunds
    from provider_ledger where kind in ('charge', 'refund') group by reference),
asked as (
    select order_id, count(*) filter (where operation in ('charge', 'capture', 'last_capture') and state = 'succeeded')
               as captures,
           count(*) filter (where operation = 'authorise') as authorisations,
           count(*) filter (where state in ('open', 'processing')) as open
    from provider_calls where order_id is not null group by order_id),
held as (select reference, sum(amount) as amount from provider_ledger where kind = 'held' group by reference)
select format('order %s', coalesce(p.order_id::text, l.reference)) as subject,
       format('%s of %s, captured %s; charged %s in %s entries, refunded %s in %s, held %s',
              coalesce(p.state, 'unknown'), p.amount, p.captured, l.charged, l.charges, l.refunded, l.refunds, h.amount)
           as detail
from payments p
full join ledger l on l.reference = p.order_id::text
left join asked a on a.order_id = p.order_id
left join held h on h.reference = p.order_id::text
where p.order_id is null or coalesce(l.charges, 0) <> coalesce(a.captures, 0) or l.refunds > 1 or p.amount < 0
   or coalesce(l.charged, 0) <> p.captured or p.open_calls <> coalesce(a.open, 0)
   or case p.state
      when 'captured' then l.refunded is not null or p.captured + p.released < p.amount or h.amount is not null
           or p.captured <> p.amount and a.authorisations = 0
      when 'authorised' then l.refunded is not null or p.authorised_until is null
           or coalesce(h.amount, 0) < p.amount - p.released - p.captured
      when 'lapsed' then l.refunded is not null or h.amount is not null
      when 'refunded' then coalesce(l.charged - p.refunded_in_parts, 0) <> coalesce(l.refunded, 0)
           or h.amount is not null
      when 'refunding' then l.refunded is not null
      when 'declined' then l.reference is not null and p.captured = 0 or h.amount is not null
      when 'pending' then l.refunded is not null
      else true end
union all
select reference, format('ledger entry of kind %s over %s', kind, amount)
from provider_ledger where kind not in ('charge', 'refund', 'part_refund', 'credit', 'held') or amount < 0
union all
select reference, format('%s are held, which no payment knows', amount)
from held where not exists (select from payments p where p.order_id::text = reference)
