-- inventory: A movement has one cause; a cause allocates and releases once per level, exactly what the order's allocation says
select count(*) from movements;

with claims as (
    select cause, sku, location, sum(quantity) filter (where kind = 'allocated') as allocated, sum(-quantity) filter (where kind = 'released') as released
    from movements where kind in ('allocated', 'released') group by cause, sku, location)
select format('%s, %s at %s', coalesce(c.cause, a.order_id::text), coalesce(c.sku, a.sku), coalesce(c.location, a.location)),
       format('allocated %s, released %s, but the allocation says %s', c.allocated, c.released, a.quantity)
from claims c
full join allocations a on a.order_id::text = c.cause and a.sku = c.sku and a.location = c.location
where c.allocated is distinct from a.quantity or c.released <> a.quantity
union all
select format('%s, %s at %s', cause, sku, location), format('%s movements of the kind %s', count(*), kind)
from movements group by cause, kind, sku, location having count(*) > 1
union all
select format('%s at %s, movement %s', sku, location, sequence), 'has no cause or no actor' from movements where cause = '' or actor = ''
