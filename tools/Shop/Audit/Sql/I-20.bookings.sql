-- inventory: Whatever a person has moved answers a recorded key
select count(*) from idempotency_keys;

with booked as (select distinct cause from movements where actor not in ('saga', 'queue', 'clock', 'auditor')),
-- A booking, a document, a shipment, a hold.
answered as (
    select coalesce(answer->>'cause', answer->>'reference', answer->>'orderId', answer->>'id') as cause, min(key) as key,
           bool_or(answer->>'cause' is not null and answer->>'difference' is distinct from '0') as moves
    from idempotency_keys group by 1)
select coalesce(b.cause, a.cause), case when a.cause is null then 'was booked, but no key was answered with it' else format('the key %s was answered with it, but nothing was booked', a.key) end
from booked b full join answered a on a.cause = b.cause where a.cause is null and b.cause is not null or b.cause is null and a.moves
