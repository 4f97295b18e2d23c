-- orders: An order's lines are numbered from 1, and the sum of their amounts without cancelled units is the order's
--   total
select count(*) as checked from orders;

with lines as (
    select order_id, count(*) as lines, min(line) as first, max(line) as last, min(quantity) as least,
           sum((quantity - cancelled) * unit_price) as total
    from order_lines group by order_id)
select format('order %s', coalesce(o.id, l.order_id)) as subject,
       format('total %s; %s lines, %s to %s, their sum is %s', o.total, l.lines, l.first, l.last, l.total) as detail
from orders o full join lines l on l.order_id = o.id
where o.total is distinct from l.total or l.first <> 1 or l.last <> l.lines or l.least < 1
