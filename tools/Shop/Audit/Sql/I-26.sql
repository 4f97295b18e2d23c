-- orders: Compensations match the executed steps exactly: allocated stock is released, charged money is refunded, money
--   first
-- when idle
-- inputs: money, claims
select count(*) as checked from orders;

select format('order %s', o.id) as subject,
       format('is %s; allocated %s, shipped %s, released %s; charged %s, refunded %s',
              o.status, c.allocated, c.shipped, c.released, m.charged, m.refunded) as detail
from orders o
left join money m on m.order_id = o.id::text
left join claims c on c.order_id = o.id::text
where o.status in ('rejected', 'cancelled', 'expired')
       and (coalesce(c.released + c.shipped, 0) <> coalesce(c.allocated, 0)
            or coalesce(m.refunded + m.refunded_in_parts, 0) <> coalesce(m.charged, 0))
   or o.status not in ('rejected', 'cancelled', 'expired', 'needs_attention')
       and (coalesce(c.released, 0) <> coalesce(c.cancelled, 0) or coalesce(m.refunded, 0) <> 0)
   -- The payment is ended first: what is captured from then on is refunded. One that was declined for good is at its end
   -- already, and takes no other card. Clocks of two services may differ a little.
   or c.released_at < m.ended_at - interval '1 second' and o.payment is distinct from 'declined'
