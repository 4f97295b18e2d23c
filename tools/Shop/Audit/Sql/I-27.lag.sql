-- history: Everything that was produced has been consumed
-- at rest
-- with: heads
select coalesce(sum(position), 0)::bigint from heads;

select h.producer, format('%s events are not consumed yet', h.position - coalesce(w.position, 0))
from heads h left join watermarks w using (producer) where coalesce(w.position, 0) < h.position
union all
select format('%s, event %s', producer, position), format('keeps failing, %s times: %s', attempts, cause) from inbox_failures
