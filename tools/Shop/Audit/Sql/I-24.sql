-- history: Every event up to the watermark was applied exactly once
-- inputs: facts
select count(*) as checked from facts f join watermarks w using (producer) where f.position <= w.position;

with due as (
    select f.producer, f.position, f.type, f.subject, f.entries
    from facts f join watermarks w using (producer) where f.position <= w.position and f.entries > 0),
effects as (
    select case when step in (0, 3, 6) then 'orders' when step in (1, 4) then 'inventory' else 'payments' end
               as producer,
           position, count(*) as entries
    from order_timeline group by 1, 2)
select format('%s, event %s', coalesce(d.producer, e.producer), coalesce(d.position, e.position)) as subject,
       format('%s %s has %s timeline entries instead of %s',
              coalesce(d.type, 'an event that does not exist'), d.subject, coalesce(e.entries, 0),
              coalesce(d.entries, 0)) as detail
from due d
full join effects e on e.producer = d.producer and e.position = d.position
left join dead_letters p on p.producer = d.producer and p.position = d.position
where d.position is null or coalesce(e.entries, 0) <> case when p.id is null then d.entries else 0 end
union all
select format('inventory, event %s', coalesce(f.position, o.position)),
       case when f.position is null then 'has an operation but does not exist' else 'has no operation' end
from (select f.position from facts f join watermarks w using (producer)
      where f.type = 'stock.moved.v1' and f.position <= w.position
      except select position from dead_letters where producer = 'inventory') f
full join stock_operations o on o.position = f.position where f.position is null or o.position is null
union all
select format('order %s', coalesce(f.subject, o.order_id::text)),
       case when o.order_id is null then 'has no recorded owner' else 'has an owner but was never accepted' end
from (select f.subject, f.position from facts f join watermarks w using (producer)
      where f.type = 'order.accepted.v1' and f.position <= w.position
        and not exists (select from dead_letters p where p.producer = f.producer and p.position = f.position)) f
full join order_owners o on o.order_id::text = f.subject where f.subject is null or o.order_id is null
