-- orders: Every card after an order's first was named by one request
select count(*) as checked from orders where payment_attempt > 1;

select format('order %s', coalesce(o.id, n.order_id)) as subject,
       format('has named %s cards; %s requests have named one after the first', o.payment_attempt, n.named) as detail
from (select * from orders where payment_attempt > 1) o
full join (
    select order_id, count(*) as named, max(attempt) as last from named_cards where attempt > 1 group by order_id) n
    on n.order_id = o.id
where n.named is distinct from o.payment_attempt - 1 or n.last is distinct from o.payment_attempt
