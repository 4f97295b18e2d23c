-- inventory: Every movement that a person booked has a recorded idempotency key
select count(*) as checked from idempotency_keys;

-- Of rows from before actors had types, the name tells persons from the shop.
with booked as (
    select distinct cause from movements
    where coalesce(
        actor_type, case when actor in ('saga', 'queue', 'clock', 'auditor') then 'system' end, 'operator') <> 'system'),
-- The recorded response is that of a booking, a document, a shipment or a hold.
answered as (
    select coalesce(response->>'cause', response->>'reference', response->>'orderId', response->>'id') as cause,
           min(key) as key,
           bool_or(response->>'cause' is not null and response->>'difference' is distinct from '0') as moves
    from idempotency_keys group by 1)
select coalesce(b.cause, a.cause) as subject,
       case when a.cause is null then 'was booked, but no key has it as its response'
            else format('is the response to the key %s, but nothing was booked', a.key) end as detail
from booked b full join answered a on a.cause = b.cause
where a.cause is null and b.cause is not null or b.cause is null and a.moves
