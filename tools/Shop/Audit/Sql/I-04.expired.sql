-- inventory: No hold stays active for more than a minute after its expiry, unless an order that waits for stock claims it
-- when idle
-- inputs: order_heads
select count(*) as checked from holds where state = 'active';

-- A minute is many times the sweeper's interval.
select format('hold %s of %s', id, customer) as subject, format('expired at %s', expires_at) as detail
from holds where state = 'active' and claimed_by = '{}' and expires_at < now() - interval '1 minute'
union all
-- Claims without a waiting order are ended when they are ten minutes old; an order's own decision ends its claim.
select format('hold %s of %s', h.id, h.customer),
       format('is claimed since %s by order %s, which is %s', h.claimed_at, c.order_id,
              coalesce(o.status, 'not there'))
from holds h cross join unnest(h.claimed_by) as c(order_id) left join order_heads o using (order_id)
where h.state = 'active' and coalesce(o.status, '') not in ('accepted', 'awaiting_customer')
  and h.claimed_at < now() - interval '15 minutes'
