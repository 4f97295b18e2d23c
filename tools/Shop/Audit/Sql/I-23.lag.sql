-- orders, inventory, payments: Every event has been published
-- when idle
select position as checked from event_head;

select '{service}' as subject, format('%s events are not published yet', h.position - c.position) as detail
from event_head h, relay_cursor c where c.position < h.position
