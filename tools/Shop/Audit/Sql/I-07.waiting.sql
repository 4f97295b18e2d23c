-- inventory: No undersell: while an order or a customer waits for a SKU, none of it is available
-- when idle
select count(*) as checked from levels;

-- Who is at the limit per customer is passed over, and of an item that is not on sale nothing is offered.
with waiting as (
    select w.sku, w.customer, i.max_per_customer as most
    from waitlist w join items i using (sku) where w.state = 'waiting' and i.on_sale),
limited as (select distinct sku, customer from waiting where most is not null),
counted as (
    select r.customer, x.sku, sum(x.units) as units
    from reservations r
    join (select order_id, sku, quantity as units from allocations
          union all select order_id, sku, quantity - filled from backorders where state = 'open'
          union all select r.order_id, m.sku, -m.quantity
          from movements m join reservations r on r.order_id::text = m.cause where m.kind = 'returned') x
        using (order_id)
    join limited using (customer, sku)
    where r.state in ('allocated', 'backordered') group by 1, 2
    union all
    select h.customer, l.sku, sum(l.quantity - l.used)
    from holds h join hold_lines l on l.hold_id = h.id join limited using (customer, sku)
    where h.state = 'active' group by 1, 2),
served as (
    select sku, count(*) as entries from waiting w
    where most is null or most > coalesce((
        select sum(c.units) from counted c where (c.customer, c.sku) = (w.customer, w.sku)), 0)
    group by sku)
select l.sku as subject,
       format('%s available, but %s units are on backorder and %s customers are on the waitlist',
              l.available, coalesce(b.units, 0), coalesce(w.entries, 0)) as detail
from (select sku, sum(greatest(on_hand - unavailable - allocated - held, 0)) as available
      from levels join locations using (location) where sold_since is not null group by sku) l
left join (select sku, sum(quantity - filled) as units from backorders where state = 'open' group by sku) b using (sku)
left join served w using (sku)
where l.available > 0 and (b.units > 0 or w.entries > 0)
