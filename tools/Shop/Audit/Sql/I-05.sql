-- inventory: No quantity is negative, now or after any movement, and no more units are set aside than
--   are on hand
select (select count(*) from levels) + (select count(*) from movements) as checked;

select format('%s at %s', sku, location) as subject,
       format('on_hand %s, allocated %s, held %s, unavailable %s, incoming %s, short %s',
              on_hand, allocated, held, unavailable, incoming, short) as detail
from levels where least(on_hand, allocated, held, unavailable, incoming, short) < 0 or unavailable > on_hand
union all
select format('%s at %s, movement %s', sku, location, sequence),
       format('on_hand %s, allocated %s, held %s, unavailable %s, incoming %s',
              on_hand, allocated, held, unavailable, incoming)
from movements where least(on_hand, allocated, held, unavailable, incoming) < 0
