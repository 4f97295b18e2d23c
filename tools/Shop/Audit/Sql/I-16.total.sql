-- orders: An order's lines are numbered from 1 and sum up to its total, without what was cancelled of them
select count(*) from orders;

with lines as (
    select order_id, count(*) as lines, min(line) as first, max(line) as last, min(quantity) as least, sum((quantity - cancelled) * unit_price) as total from order_lines group by order_id)
select format('order %s', coalesce(o.id, l.order_id)), format('total %s; %s lines, %s to %s, sum up to %s', o.total, l.lines, l.first, l.last, l.total)
from orders o full join lines l on l.order_id = o.id
where o.total is distinct from l.total or l.first <> 1 or l.last <> l.lines or l.least < 1
