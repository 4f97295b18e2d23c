-- payments: (order_id text, state text, amount numeric, charged numeric, refunded numeric, refunded_in_parts numeric,
--   ended_at timestamptz)
select coalesce(p.order_id::text, l.reference), p.state, p.amount, coalesce(l.charged, 0), coalesce(l.refunded, 0),
       coalesce(p.refunded_in_parts, 0), p.ended_at
from payments p
full join (
    select reference, sum(amount) filter (where kind = 'charge') as charged,
           sum(amount) filter (where kind = 'refund') as refunded
    from provider_ledger where kind in ('charge', 'refund') group by reference) l on l.reference = p.order_id::text
