-- inventory: (order_id text, state text, allocated bigint, released bigint, released_at timestamptz)
select coalesce(r.order_id::text, m.cause), r.state, coalesce(m.allocated, 0), coalesce(m.released, 0), m.released_at
from reservations r
full join (
    select cause, sum(quantity) filter (where kind = 'allocated') as allocated, sum(-quantity) filter (where kind = 'released') as released,
           max(occurred_at) filter (where kind = 'released') as released_at
    from movements where kind in ('allocated', 'released') group by cause) m on m.cause = r.order_id::text
