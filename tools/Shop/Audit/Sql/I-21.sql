-- inventory: No customer has more of a SKU than its limit, counting the decisions since that limit was set
-- Earlier units of a customer count in a decision but prove nothing here: the limit may have been lowered below them.
-- Claims that were released since are left out: they counted at the time, and the sum of the others is smaller. An item
-- may change while a decision waits for its locks, which takes less than a minute.
select count(*) as checked from items where max_per_customer is not null;

select format('%s of %s', x.sku, r.customer) as subject,
       format('has %s units, but %s are allowed since %s', sum(x.units), i.max_per_customer, i.limited_since) as detail
from reservations r
join (select order_id, sku, quantity as units from allocations
      union all select order_id, sku, quantity - filled from backorders where state = 'open') x using (order_id)
join items i on i.sku = x.sku and i.max_per_customer is not null
    and r.decided_at > i.limited_since + interval '1 minute'
where r.customer is not null and r.state in ('allocated', 'backordered')
group by x.sku, r.customer, i.max_per_customer, i.limited_since having sum(x.units) > i.max_per_customer
