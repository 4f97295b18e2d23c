-- inventory: No quantity is negative, now or at any movement
select (select count(*) from levels) + (select count(*) from movements);

select format('%s at %s', sku, location),
       format('on_hand %s, allocated %s, held %s, unavailable %s, incoming %s', on_hand, allocated, held, unavailable, incoming)
from levels where on_hand < 0 or allocated < 0 or held < 0 or unavailable < 0 or incoming < 0
union all
select format('%s at %s, movement %s', sku, location, sequence), format('on_hand %s, allocated %s', on_hand, allocated)
from movements where on_hand < 0 or allocated < 0
