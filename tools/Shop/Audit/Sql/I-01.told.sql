-- history: Every available that was ever told is on_hand − unavailable − allocated − held of that moment; incoming is no part of it
select count(*) from stock_timeline;

select format('%s at %s, movement %s', sku, location, sequence),
       format('available %s, on_hand %s, unavailable %s, allocated %s, held %s', available, on_hand, unavailable, allocated, held)
from stock_timeline where available <> on_hand - unavailable - allocated - held
