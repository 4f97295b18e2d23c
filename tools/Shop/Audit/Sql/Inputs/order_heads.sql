-- orders: (order_id uuid, status text, total numeric, on_shortage text)
select id, status, total, on_shortage from orders
