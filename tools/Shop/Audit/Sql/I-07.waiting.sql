-- inventory: No undersell: while an order or a customer waits for a SKU, none of it is available
-- when idle
select count(*) as checked from levels;

select l.sku as subject,
       format('%s available, but %s units are on backorder and %s customers are on the waitlist',
              l.available, coalesce(b.units, 0), coalesce(w.entries, 0)) as detail
from (select sku, sum(greatest(on_hand - unavailable - allocated - held, 0)) as available from levels group by sku) l
left join (select sku, sum(quantity - filled) as units from backorders where state = 'open' group by sku) b using (sku)
left join (select sku, count(*) as entries from waitlist where state = 'waiting' group by sku) w using (sku)
where l.available > 0 and (b.units > 0 or w.entries > 0)
