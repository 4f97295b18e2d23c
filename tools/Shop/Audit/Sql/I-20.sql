-- orders: One idempotency key per order, one order per key
select count(*) as checked from idempotency_keys;

select format('order %s', coalesce(o.id, k.order_id)) as subject,
       format('%s keys name it%s',
              count(k.order_id), case when count(o.id) = 0 then ', but it does not exist' else '' end) as detail
from orders o full join idempotency_keys k on k.order_id = o.id
group by coalesce(o.id, k.order_id) having count(k.order_id) <> 1 or count(o.id) <> 1
union all
select format('key %s of %s', key, caller), format('names %s orders', count(*))
from idempotency_keys group by caller, key having count(*) > 1
