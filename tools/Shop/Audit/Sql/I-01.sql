-- history: The last published available quantity is on_hand − unavailable − allocated − held
-- when idle
-- inputs: stock_levels
select count(*) as checked from stock_levels;

select format('%s at %s', l.sku, l.location) as subject,
       format('published %s, actual %s', t.available, l.available) as detail
from stock_levels l
left join lateral (
    select available from stock_timeline t
    where t.sku = l.sku and t.location = l.location order by sequence desc limit 1
) t on true
-- A level without movements has no published quantity, and is empty.
where coalesce(t.available, 0) <> l.available
