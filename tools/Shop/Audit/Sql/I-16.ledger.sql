-- orders: The shipped and returned units of the orders' lines equal those of the stock ledger
-- when idle
-- inputs: moved
select count(*) as checked from moved;

with lines as (
    select order_id::text as order_id, sku, bool_and(stocked) as stocked,
           sum(case when stocked is false then 0 else shipped end) as shipped,
           sum(case when stocked is false then 0 else returned end) as returned
    from order_lines where shipped > 0 group by 1, 2)
select format('order %s, %s', order_id, sku) as subject,
       format('by its lines shipped %s and returned %s, by the ledger %s and %s',
              l.shipped, l.returned, m.shipped, m.returned) as detail
from lines l
full join (select order_id, sku collate "C" as sku, stocked, shipped, returned from moved) m using (order_id, sku)
where (coalesce(l.shipped, 0), coalesce(l.returned, 0)) <> (coalesce(m.shipped, 0), coalesce(m.returned, 0))
  -- A service is not stocked, so the ledger has no movement of it. Of an order accepted before it was recorded what it
  -- owes, only the catalogue says what was a service.
  and (l.stocked is not null or m.order_id is not null
      or not exists (select from moved s where s.sku = l.sku collate "C" and not s.stocked))
