-- history: The stock timelines are the ledger
-- at rest
-- with: ledger_sums
select coalesce(sum(rows), 0)::bigint from ledger_sums;

with told as (
    select sku, location, count(*) as rows, sum(hashtextextended(concat_ws('|', sequence, quantity, on_hand, allocated, held, unavailable, incoming), 0)) as sum
    from stock_timeline group by sku, location)
select format('%s at %s', coalesce(l.sku, t.sku), coalesce(l.location, t.location)), format('%s movements, %s in the timeline, or they differ', coalesce(l.rows, 0), coalesce(t.rows, 0))
from ledger_sums l full join told t on t.sku = l.sku and t.location = l.location
where l.rows is distinct from t.rows or l.sum is distinct from t.sum
