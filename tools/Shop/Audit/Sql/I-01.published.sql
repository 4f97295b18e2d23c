-- history: Every published available quantity was on_hand − unavailable − allocated − held at that time, without
--   incoming
select count(*) as checked from stock_timeline;

select format('%s at %s, movement %s', sku, location, sequence) as subject,
       format('available %s, on_hand %s, unavailable %s, allocated %s, held %s',
              available, on_hand, unavailable, allocated, held) as detail
from stock_timeline where available <> on_hand - unavailable - allocated - held
