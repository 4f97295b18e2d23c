-- orders: (order_id uuid, status text, total numeric)
select id, status, total from orders
