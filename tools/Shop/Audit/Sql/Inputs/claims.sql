-- inventory: (order_id text, state text, allocated bigint, shipped bigint, released bigint, cancelled bigint,
--   released_at timestamptz)
-- Units that a repair released count for the order that its cause names.
select coalesce(r.order_id::text, m.cause), r.state, coalesce(m.allocated, 0)::bigint,
       coalesce(m.shipped, 0)::bigint, coalesce(m.released, 0)::bigint,
       coalesce(k.cancelled, 0)::bigint, m.released_at
from reservations r
full join (
    select regexp_replace(cause, '^repair-', '') as cause,
           (sum(quantity) filter (where kind = 'allocated'))::bigint as allocated,
           (sum(-quantity) filter (where kind = 'shipped'))::bigint as shipped,
           (sum(-quantity) filter (where kind = 'released'))::bigint as released,
           max(occurred_at) filter (where kind = 'released') as released_at
    from movements where kind in ('allocated', 'released', 'shipped') group by 1) m on m.cause = r.order_id::text
-- Units that cancellations released of open orders.
left join (
    select order_id, -sum(quantity) as cancelled from allocations where step < 0 group by 1) k
    on k.order_id = r.order_id
