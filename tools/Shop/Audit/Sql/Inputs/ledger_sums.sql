-- inventory: (sku text, location text, rows bigint, sum numeric)
select sku, location, count(*),
       sum(hashtextextended(
           concat_ws('|', sequence, quantity, on_hand, allocated, held, unavailable, incoming), 0))
from movements group by sku, location
