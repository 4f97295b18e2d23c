-- orders: An order's accepted event has the order's total, number and customer
select count(*) as checked from events where type = 'order.accepted.v1';

with lines as (select order_id, sum(quantity * unit_price) as total from order_lines group by order_id)
select format('order %s', o.id) as subject,
       format('total %s, number %s, customer %s; by its event %s, %s, %s',
              l.total, o.number, o.customer, e.data->>'total', e.data->>'number', e.data->>'customer') as detail
from orders o left join lines l on l.order_id = o.id
left join events e on e.type = 'order.accepted.v1' and e.subject = o.id::text
where e.position is null or (e.data->>'total')::numeric <> l.total or (e.data->>'number')::bigint <> o.number
    or e.data->>'customer' <> o.customer
