-- orders: What an order was accepted with stands in its event
select count(*) from events where type = 'order.accepted.v1';

select format('order %s', o.id), format('total %s, number %s, customer %s; told as %s, %s, %s', o.total, o.number, o.customer, e.data->>'total', e.data->>'number', e.data->>'customer')
from orders o left join events e on e.type = 'order.accepted.v1' and e.subject = o.id::text
where e.position is null or (e.data->>'total')::numeric <> o.total or (e.data->>'number')::bigint <> o.number or e.data->>'customer' <> o.customer
