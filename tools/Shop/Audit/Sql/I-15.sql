-- orders: Every order reaches an end: none belongs to a finished saga, none stops progressing, none leaves a final
--   status
select count(*) as checked from orders;

with facts as (
    select subject, count(*) filter (where data->>'to' in ('rejected', 'cancelled', 'expired')) as ends,
           count(*) filter (where data->>'from' in ('rejected', 'cancelled', 'expired', 'delivered')) as resurrections
    from events where type = 'order.status_changed.v1' group by subject),
progress as (select coalesce(max(progressed_at), '-infinity') as last from batches)
select format('order %s', o.id) as subject,
       format('is %s, owned by a saga that has finished or does not contain it (%s)', o.status, o.batch_id) as detail
from orders o left join batches b on b.id = o.batch_id
where o.batch_id is not null and (b.id is null or b.finished_at is not null or not o.id = any(b.order_ids))
union all
select format('order %s', o.id), format('is %s since %s, without progress for five minutes', o.status, o.updated_at)
from orders o, progress p
where (o.compensation_pending or o.status in ('accepted', 'reserved', 'awaiting_payment', 'paid', 'backordered'))
    and greatest(p.last, o.due_at, o.updated_at) < now() - interval '5 minutes'
union all
select format('order %s', subject), format('ended %s times, left a final status %s times', ends, resurrections)
from facts where ends > 1 or resurrections > 0
