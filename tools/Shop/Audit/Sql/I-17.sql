-- orders: Confirmed and later: stock is allocated and exactly the total is captured, with what was cancelled since, or at
--   least what was shipped of an authorised order. Rejected, cancelled, expired: nothing is allocated, the net payment is
--   zero. Awaiting payment: stock is allocated, nothing is captured, or no more than for a refused shipment of an order
--   whose authorisation has lapsed
-- when idle
-- inputs: money, claims
select count(*) as checked from orders
where status in ('awaiting_payment', 'confirmed', 'shipped', 'delivered', 'rejected', 'cancelled', 'expired');

select format('order %s', o.id) as subject,
       format('is %s, total %s; stock %s; payment %s, charged %s, refunded %s',
              o.status, o.total, coalesce(c.state, 'none'), coalesce(m.state, 'none'), m.charged, m.refunded) as detail
from orders o
left join money m on m.order_id = o.id::text
left join claims c on c.order_id = o.id::text
left join lateral (
    select coalesce(sum(x.amount), 0) as amount from cancellations x where x.order_id = o.id) k on true
where o.status in ('confirmed', 'shipped', 'delivered')
       and (c.state is distinct from 'allocated'
            or case when o.payment is null then m.state is distinct from 'captured'
                        or m.charged - m.refunded is distinct from round(o.total + k.amount, 2)
                    else m.state is null or m.state not in ('captured', 'authorised', 'lapsed')
                        or m.charged - m.refunded > m.amount
                        or m.charged < (select round(sum(l.shipped * l.unit_price), 2) from order_lines l
                                        where l.order_id = o.id) end)
   or o.status = 'backordered'
       and (c.state is null or c.state not in ('backordered', 'allocated') or m.charged is not null)
   or o.status = 'awaiting_payment'
       and (c.state is distinct from 'allocated'
            or case when o.payment = 'lapsed' then m.state is null or m.state not in ('lapsed', 'declined')
                        or coalesce(m.charged, 0) >= m.amount
                    else coalesce(m.charged, 0) <> 0 or m.state is distinct from 'declined' end)
   or o.status in ('rejected', 'cancelled', 'expired')
       and (c.state in ('allocated', 'backordered') or m.state in ('captured', 'authorised', 'lapsed')
            or coalesce(m.charged - m.refunded - m.refunded_in_parts, 0) <> 0)
