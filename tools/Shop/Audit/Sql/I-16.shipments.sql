-- orders: A line's shipped units are those of the order's shipments; its returned units are those of the decided
--   returns
select (select count(*) from shipments) + (select count(*) from returns) as checked;

with moved as (
    select order_id, u.sku, sum(u.quantity) as shipped, 0::bigint as returned
    from shipments, jsonb_to_recordset(lines) as u(sku text, quantity bigint)
    where state in ('dispatched', 'delivered') group by 1, 2
    union all
    select order_id, u.sku, 0, sum(u.quantity)
    from returns, jsonb_to_recordset(decision) as u(sku text, quantity bigint, disposition text)
    where state in ('decided', 'settled') and u.disposition <> 'refuse' group by 1, 2),
totals as (
    select order_id, sku collate "C" as sku, sum(shipped) as shipped, sum(returned) as returned
    from moved group by 1, 2),
lines as (
    select order_id, sku, sum(shipped) as shipped, sum(returned) as returned
    from order_lines group by 1, 2 having sum(shipped) > 0)
select format('order %s, %s', order_id, sku) as subject,
       format('by its lines shipped %s and returned %s, by its shipments and returns %s and %s',
              l.shipped, l.returned, t.shipped, t.returned) as detail
from lines l full join totals t using (order_id, sku)
where (l.shipped, l.returned) is distinct from (t.shipped, t.returned)
union all
select format('order %s', o.id),
       format('is %s, and %s of its units were shipped', o.status, coalesce(sum(l.shipped), 0))
from orders o join order_lines l on l.order_id = o.id
group by o.id, o.status
having (o.status in ('shipped', 'delivered')) <> (sum(l.shipped) > 0) and o.status <> 'needs_attention'
    or o.status = 'delivered' and sum(l.quantity - l.cancelled - l.shipped) > 0
