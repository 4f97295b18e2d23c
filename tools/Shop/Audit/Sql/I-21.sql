-- inventory: No customer has more of a SKU than its limit over orders, holds and offers, less what came back, counting
--   the decisions since that limit was set
-- Earlier units of a customer count in a decision but prove nothing here: the limit may have been lowered below them.
-- Claims that were released since are left out: they counted at the time, and the sum of the others is smaller. An item
-- may change while a decision waits for its locks, which takes less than a minute.
select count(*) as checked from items where max_per_customer is not null;

with orders as (
    select r.order_id, r.customer, r.decided_at, x.sku, sum(x.units) as units
    from reservations r
    join (select order_id, sku, quantity as units from allocations
          union all select order_id, sku, quantity - filled from backorders where state = 'open') x using (order_id)
    where r.customer is not null and r.state in ('allocated', 'backordered')
    group by 1, 2, 3, 4),
returned as (select cause, sku, sum(quantity) as units from movements where kind = 'returned' group by 1, 2),
placed as (select cause, min(occurred_at) as at from movements where kind = 'held' group by 1),
counted as (
    select o.customer, o.sku, o.decided_at as at, o.units - coalesce(r.units, 0) as units
    from orders o left join returned r on r.cause = o.order_id::text and r.sku = o.sku
    union all
    select h.customer, l.sku, p.at, l.quantity - l.used
    from holds h join hold_lines l on l.hold_id = h.id left join placed p on p.cause = h.id::text
    where h.state = 'active' and h.expires_at > now())
select format('%s of %s', c.sku, c.customer) as subject,
       format('has %s units, but %s are allowed since %s', sum(c.units), i.max_per_customer, i.limited_since) as detail
from counted c join items i on i.sku = c.sku and i.max_per_customer is not null
    and c.at > i.limited_since + interval '1 minute'
group by c.sku, c.customer, i.max_per_customer, i.limited_since having sum(c.units) > i.max_per_customer
