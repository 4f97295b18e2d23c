-- history: Every available that was ever told is on_hand − allocated of that moment
-- No kind of movement makes units unavailable or holds them, by now.
select count(*) from stock_timeline;

select format('%s at %s, movement %s', sku, location, sequence), format('available %s, on_hand %s, allocated %s', available, on_hand, allocated)
from stock_timeline where available <> on_hand - allocated
