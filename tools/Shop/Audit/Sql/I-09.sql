-- inventory: A movement has one cause, which changes a level once per kind and step; allocations, shipments and holds
--   match their movements exactly
select count(*) as checked from movements;

with claims as (
    -- Rows of units that were moved between locations have steps above 2^32; of those that a cancellation released,
    -- steps below 0.
    select case when step > 4294967296 then 'reallocated' when step < 0 then 'released' else 'allocated' end as kind,
           order_id::text as cause, sku, location,
           case when step > 4294967296 then step - 4294967296 else abs(step) end as step, quantity::bigint
    from allocations
    union all select 'shipped', order_id::text, sku, location, step, -quantity from shipments
    union all select 'held', hold_id::text, sku, location, 0, quantity from hold_lines),
moved as (
    select kind, cause, sku, location, step, sum(quantity) as quantity
    from movements
    where (kind in ('allocated', 'reallocated', 'shipped', 'held') or kind = 'released' and step > 0)
        and not (actor = 'auditor' and coalesce(actor_type, 'system') = 'system')
    group by 1, 2, 3, 4, 5),
-- A repair's cause names the claim that it corrected.
repaired as (
    select distinct sku, location, substring(cause from 8) as cause
    from movements where actor = 'auditor' and coalesce(actor_type, 'system') = 'system' and cause like 'repair-%')
select format('%s, %s at %s', cause, sku, location) as subject,
       format('%s %s by movements, %s by the claim, step %s',
              kind, coalesce(m.quantity, 0), coalesce(c.quantity, 0), step) as detail
from moved m full join claims c using (kind, cause, sku, location, step)
left join repaired r using (cause, sku, location)
where m.quantity is distinct from c.quantity and r.cause is null
union all
select format('%s, %s at %s', cause, sku, location), format('%s movements of kind %s, step %s', count(*), kind, step)
from movements group by cause, kind, sku, location, step having count(*) > 1
union all
select format('%s, %s', cause, sku), format('move %s took %s units more than it put elsewhere', step, -sum(quantity))
from movements where kind = 'reallocated' group by cause, sku, step having sum(quantity) <> 0
union all
select format('%s at %s, movement %s', sku, location, sequence), 'has no cause or no actor'
from movements where cause = '' or actor = ''
