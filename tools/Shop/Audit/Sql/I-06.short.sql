-- inventory: The recorded shortage is exactly the deficit
select count(*) as checked from levels;

select format('%s at %s', sku, location) as subject,
       format('short %s, deficit %s', short, greatest(allocated + held - on_hand + unavailable, 0)) as detail
from levels where short <> greatest(allocated + held - on_hand + unavailable, 0)
