-- history: Every produced event has been consumed
-- when idle
-- inputs: heads
select coalesce(sum(position), 0)::bigint as checked from heads;

select h.producer as subject, format('%s events are not consumed yet', h.position - coalesce(w.position, 0)) as detail
from heads h left join watermarks w using (producer) where coalesce(w.position, 0) < h.position
union all
select format('%s, event %s', producer, position), format('failed %s times: %s', attempts, cause) from inbox_failures
