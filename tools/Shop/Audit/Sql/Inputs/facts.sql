-- orders, inventory, payments: (producer text, position bigint, type text, subject text, version integer, from_status
--   text, to_status text, entries integer)
-- entries: the number of entries that the event adds to timelines of orders. The subject of an event that an order or a
-- hold has caused is its id.
select '{service}'::text, position, type, subject, version,
       case type when 'order.status_changed.v1' then data->>'from' end,
       case type when 'order.accepted.v1' then 'accepted' when 'order.status_changed.v1' then data->>'to' end,
       case when type in ('stock.back_in_stock.v1', 'stock.low.v1') then 0
            when type = 'stock.shortfall.v1' then json_array_length(data->'orders')
                + case json_typeof(data->'holds') when 'array' then json_array_length(data->'holds') else 0 end
            when type in ('stock.moved.v1', 'payment.recorded.v1')
                then (subject ~ '^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$')::integer
            else 1 end
from events
