-- inventory: (order_id text, sku text, stocked boolean, shipped bigint, returned bigint)
-- What is a service now and was allocated to an order has a row with the order, as what was moved for one has. Each
-- service has one row without an order.
select cause, sku, true, sum(shipped)::bigint, sum(returned)::bigint
from (
    select m.cause, m.sku, case m.kind when 'shipped' then -m.quantity else 0 end as shipped,
           case m.kind when 'returned' then m.quantity else 0 end as returned
    from movements m join reservations r on r.order_id::text = m.cause
    where m.kind in ('shipped', 'returned')
    union all
    select a.order_id::text, a.sku, 0, 0 from allocations a join items i on i.sku = a.sku and not i.stocked) m
group by 1, 2
union all
select null, sku, false, 0, 0 from items where not stocked
