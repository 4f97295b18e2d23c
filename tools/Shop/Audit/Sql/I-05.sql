-- inventory: No quantity is negative, now or at any movement
select (select count(*) from levels) + (select count(*) from movements);

select format('%s at %s', sku, location),
       format('on_hand %s, allocated %s, held %s, unavailable %s, incoming %s, short %s', on_hand, allocated, held, unavailable, incoming, short)
from levels where least(on_hand, allocated, held, unavailable, incoming, short) < 0
union all
select format('%s at %s, movement %s', sku, location, sequence),
       format('on_hand %s, allocated %s, held %s, unavailable %s, incoming %s', on_hand, allocated, held, unavailable, incoming)
from movements where least(on_hand, allocated, held, unavailable, incoming) < 0
