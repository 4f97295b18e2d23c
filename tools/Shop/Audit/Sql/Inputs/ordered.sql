-- orders: (order_id uuid, sku text, quantity bigint, kept bigint)
select order_id, sku, sum(quantity), sum(quantity - cancelled) from order_lines group by order_id, sku
