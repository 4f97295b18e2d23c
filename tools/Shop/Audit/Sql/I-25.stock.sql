-- history: The stock timelines equal the ledger
-- when idle
-- inputs: ledger_sums
select coalesce(sum(rows), 0)::bigint as checked from ledger_sums;

with published as (
    select sku, location, count(*) as rows,
           sum(hashtextextended(
               concat_ws('|', sequence, quantity, on_hand, allocated, held, unavailable, incoming), 0)) as sum
    from stock_timeline group by sku, location)
select format('%s at %s', coalesce(l.sku, t.sku), coalesce(l.location, t.location)) as subject,
       format('%s movements, %s in the timeline; the numbers or the contents differ',
              coalesce(l.rows, 0), coalesce(t.rows, 0)) as detail
from ledger_sums l full join published t on t.sku = l.sku and t.location = l.location
where l.rows is distinct from t.rows or l.sum is distinct from t.sum
