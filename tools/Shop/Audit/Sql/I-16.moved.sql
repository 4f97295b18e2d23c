-- orders: What left and came back by the orders' lines left and came back by the stock ledger
-- at rest
-- with: moved
select count(*) from moved;

with lines as (select order_id::text as order_id, sku, sum(shipped) as shipped, sum(returned) as returned from order_lines where shipped > 0 group by 1, 2)
select format('order %s, %s', order_id, sku), format('shipped %s and returned %s by its lines, %s and %s by the ledger', l.shipped, l.returned, m.shipped, m.returned)
from lines l full join (select order_id, sku collate "C" as sku, stocked, shipped, returned from moved) m using (order_id, sku)
where (coalesce(l.shipped, 0), coalesce(l.returned, 0)) <> (coalesce(m.shipped, 0), coalesce(m.returned, 0))
  -- A service leaves no shelf, and no trace in the ledger.
  and (m.order_id is not null or not exists (select from moved s where s.sku = l.sku collate "C" and not s.stocked))
