-- orders, inventory, payments: (producer text, position bigint)
select '{service}'::text, position from event_head
