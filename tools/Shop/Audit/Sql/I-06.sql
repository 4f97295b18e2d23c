-- inventory: Never oversold, now or at any movement: allocated + held ≤ on_hand − unavailable
select (select count(*) from levels) + (select count(*) from movements);

select format('%s at %s', sku, location), format('allocated %s + held %s > on_hand %s − unavailable %s', allocated, held, on_hand, unavailable)
from levels where allocated + held > on_hand - unavailable
union all
select format('%s at %s, movement %s', sku, location, sequence), format('allocated %s > on_hand %s', allocated, on_hand)
from movements where allocated > on_hand
