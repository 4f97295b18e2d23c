-- orders, inventory, payments: Everything that happened has been published
-- at rest
select position from event_head;

select '{service}', format('%s events wait for the relay', h.position - c.position) from event_head h, relay_cursor c where c.position < h.position
