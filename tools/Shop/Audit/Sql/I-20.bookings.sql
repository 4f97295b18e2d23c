-- inventory: Every receipt, return and adjustment answers a recorded key
select count(*) from idempotency_keys;

with booked as (select distinct cause from movements where kind not in ('allocated', 'released')),
answered as (select answer->>'cause' as cause, min(key) as key from idempotency_keys where answer->>'cause' is not null group by 1)
select coalesce(b.cause, a.cause), case when a.cause is null then 'was booked, but no key was answered with it' else format('the key %s was answered with it, but nothing was booked', a.key) end
from booked b full join answered a on a.cause = b.cause where a.cause is null or b.cause is null
