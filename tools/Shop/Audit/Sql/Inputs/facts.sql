-- orders, inventory, payments: (producer text, position bigint, type text, subject text, version integer, from_status text, to_status text)
select '{service}'::text, position, type, subject, version,
       case type when 'order.moved.v1' then data->>'from' end,
       case type when 'order.accepted.v1' then 'accepted' when 'order.moved.v1' then data->>'to' end
from events
