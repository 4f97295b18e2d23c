-- orders, inventory, payments: The event log is dense, from 1 to its head; nothing is published beyond it
select count(*) from events;

with walk as (select position, lag(position, 1, 0::bigint) over (order by position) as before from events)
select format('{service}, event %s', position), format('follows event %s', before) from walk where position <> before + 1
union all
select '{service}', format('the head is %s, the last event %s, the relay''s cursor %s', h.position, coalesce(e.last, 0), c.position)
from event_head h, relay_cursor c, (select max(position) as last from events) e
where h.position <> coalesce(e.last, 0) or c.position > h.position or c.position < 0
union all
select format('{service}, event %s', id), format('stands %s times in the log', count(*)) from events group by id having count(*) > 1
