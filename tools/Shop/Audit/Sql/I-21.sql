-- inventory: No customer has more of a SKU than its limit, counting what was decided since that limit stands
-- What a customer had before counts against him in a decision, but proves nothing here: the limit may have been lowered to less than that.
-- Claims that were released meanwhile are left out: they were counted then, and the sum of the rest is smaller. An item may change while a
-- decision waits for its locks: a minute is more than it waits.
select count(*) from items where max_per_customer is not null;

select format('%s of %s', x.sku, r.customer), format('has %s units, %s are allowed since %s', sum(x.units), i.max_per_customer, i.limited_since)
from reservations r
join (select order_id, sku, quantity as units from allocations
      union all select order_id, sku, quantity - filled from backorders where state = 'open') x using (order_id)
join items i on i.sku = x.sku and i.max_per_customer is not null and r.decided_at > i.limited_since + interval '1 minute'
where r.customer is not null and r.state in ('allocated', 'backordered')
group by x.sku, r.customer, i.max_per_customer, i.limited_since having sum(x.units) > i.max_per_customer
