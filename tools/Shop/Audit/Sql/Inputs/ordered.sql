-- orders: (order_id uuid, sku text, quantity bigint)
select order_id, sku, sum(quantity - cancelled) from order_lines group by order_id, sku
