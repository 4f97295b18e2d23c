-- history: What was told last as available is on_hand − unavailable − allocated − held
-- at rest
-- with: stock_levels
select count(*) from stock_levels;

select format('%s at %s', l.sku, l.location), format('told %s, is %s', t.available, l.available)
from stock_levels l
left join lateral (
    select available from stock_timeline t where t.sku = l.sku and t.location = l.location order by sequence desc limit 1) t on true
-- A level that nothing has moved yet is told of by nobody, and empty.
where coalesce(t.available, 0) <> l.available
