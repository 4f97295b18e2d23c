-- orders: (order_id uuid, sku text, quantity bigint, kept bigint, stocked boolean)
-- Whether units are owed was decided with the order; null for orders accepted before that was recorded.
select order_id, sku, sum(quantity), sum(quantity - cancelled), bool_and(stocked)
from order_lines group by order_id, sku
