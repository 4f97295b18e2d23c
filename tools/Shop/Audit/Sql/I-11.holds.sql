-- inventory: A hold ends in one way, with movements over exactly its units that no order has used
-- Units that orders have used left the holds by movements of the orders, which do not name the hold: they are compared
-- per level.
select count(*) as checked from holds;

with lines as (select hold_id, sum(quantity) as units, sum(used) as used from hold_lines group by hold_id),
moved as (
    select regexp_replace(cause, '^repair-', '') as cause,
           coalesce(-sum(quantity) filter (where kind = 'expired'), 0) as expired,
           coalesce(-sum(quantity) filter (where kind = 'released' and not repair), 0) as released,
           coalesce(-sum(quantity) filter (where repair), 0) as repaired
    from (select *, actor = 'auditor' and coalesce(actor_type, 'system') = 'system' as repair from movements) m
    where kind in ('expired', 'released') group by 1),
walk as (
    select sku, location, kind,
           held - lag(held, 1, 0::bigint) over (partition by sku, location order by sequence) as held
    from movements),
taken as (select sku, location, -sum(held) as units from walk where kind = 'allocated' group by 1, 2),
used as (select sku, location, sum(used) as units from hold_lines group by 1, 2)
select format('hold %s of %s', h.id, h.customer) as subject,
       format('is %s, until %s; %s units, used %s, expired %s, released %s',
              h.state, h.expires_at, l.units, l.used, coalesce(m.expired, 0), coalesce(m.released, 0)) as detail
from holds h left join lines l on l.hold_id = h.id left join moved m on m.cause = h.id::text
where l.units is null
   or not coalesce(case h.state
      when 'active' then coalesce(m.expired, 0) = 0 and coalesce(m.released, 0) = 0 and l.used < l.units
      when 'expired' then m.expired + m.repaired = l.units - l.used and m.released = 0
      when 'released' then m.released + m.repaired = l.units - l.used and m.expired = 0
      when 'committed' then coalesce(m.expired, 0) = 0 and coalesce(m.released, 0) = l.units - l.used end, false)
union all
select format('%s at %s', sku, location),
       format('orders have taken %s units out of holds, the holds say %s', coalesce(t.units, 0), coalesce(u.units, 0))
from taken t full join used u using (sku, location) where coalesce(t.units, 0) <> coalesce(u.units, 0)
union all
select format('%s at %s, movement %s', sku, location, sequence), format('%s by %s, which is not a hold', kind, cause)
from movements m where kind = 'expired' and not exists (select from holds h where h.id::text = m.cause)
