-- orders: What was cancelled of a line is taken off it, at the price of the line; what has left or is off an order is
--   no more than was ordered
select count(*) as checked from cancellations;

with cancelled as (
    select c.id, c.order_id, c.amount, c.state, o.status, u.line, u.sku, u.quantity
    from cancellations c join orders o on o.id = c.order_id
    cross join lateral jsonb_to_recordset(c.lines) as u(line int, sku text, quantity bigint)
    where c.state <> 'order_cancelled'),
lines as (
    select order_id, line, sum(quantity) as units from cancelled group by order_id, line)
select format('order %s, line %s', c.order_id, c.line) as subject,
       format('its cancellations name %s units; its line has %s cancelled', c.units, l.cancelled) as detail
from lines c left join order_lines l using (order_id, line)
where l.cancelled is null or c.units > l.cancelled
union all
select format('cancellation %s of order %s', c.id, c.order_id),
       format('refund of %s; its units were sold for %s', c.amount, sum(c.quantity * l.unit_price))
from cancelled c join order_lines l on l.order_id = c.order_id and l.line = c.line and l.sku = c.sku collate "C"
group by c.id, c.order_id, c.amount having c.amount <> 0 and c.amount <> sum(c.quantity * l.unit_price)
union all
select format('cancellation %s of order %s', c.id, c.order_id), format('cancelled the order, which is %s', o.status)
from cancellations c join orders o on o.id = c.order_id
where c.state = 'order_cancelled' and o.status not in ('cancelled', 'needs_attention')
