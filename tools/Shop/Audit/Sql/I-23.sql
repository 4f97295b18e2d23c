-- orders, inventory, payments: The event log has no gap from 1 to its head; nothing beyond the head is published
select count(*) as checked from events;

with walk as (select position, lag(position, 1, 0::bigint) over (order by position) as before from events)
select format('{service}, event %s', position) as subject, format('follows event %s', before) as detail
from walk where position <> before + 1
union all
select '{service}',
       format('the head is %s, the last event %s, the relay''s cursor %s', h.position, coalesce(e.last, 0), c.position)
from event_head h, relay_cursor c, (select max(position) as last from events) e
where h.position <> coalesce(e.last, 0) or c.position > h.position or c.position < 0
union all
select format('{service}, event %s', id), format('is in the log %s times', count(*))
from events group by id having count(*) > 1
