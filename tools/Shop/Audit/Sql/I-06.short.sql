-- inventory: What is recorded as short is exactly what is missing
select count(*) from levels;

select format('%s at %s', sku, location), format('short %s, missing %s', short, greatest(allocated + held - on_hand + unavailable, 0))
from levels where short <> greatest(allocated + held - on_hand + unavailable, 0)
