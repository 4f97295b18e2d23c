-- inventory: A hold ends in one way, with movements over exactly its units; an expired hold is never used
select count(*) as checked from holds;

with lines as (select hold_id, sum(quantity) as units from hold_lines group by hold_id),
moved as (
    select regexp_replace(cause, '^repair-', '') as cause,
           coalesce(-sum(quantity) filter (where kind = 'expired'), 0) as expired,
           coalesce(-sum(quantity) filter (where kind = 'released' and actor <> 'auditor'), 0) as released,
           coalesce(-sum(quantity) filter (where actor = 'auditor'), 0) as repaired,
           max(occurred_at) filter (where kind = 'released' and actor <> 'auditor') as released_at
    from movements where kind in ('expired', 'released') group by 1)
select format('hold %s of %s', h.id, h.customer) as subject,
       format('is %s, until %s; %s units, expired %s, released %s at %s',
              h.state, h.expires_at, l.units, coalesce(m.expired, 0), coalesce(m.released, 0), m.released_at) as detail
from holds h left join lines l on l.hold_id = h.id left join moved m on m.cause = h.id::text
where l.units is null
   or not coalesce(case h.state
      when 'active' then coalesce(m.expired, 0) = 0 and coalesce(m.released, 0) = 0
      when 'expired' then m.expired + m.repaired = l.units and m.released = 0
      when 'released' then m.released + m.repaired = l.units and m.expired = 0
      -- Units that the order does not need are released in the same transaction.
      when 'committed' then coalesce(m.expired, 0) = 0 and coalesce(m.released, 0) < l.units
          and coalesce(m.released_at < h.expires_at, true) end, false)
union all
select format('%s at %s, movement %s', sku, location, sequence), format('%s by %s, which is not a hold', kind, cause)
from movements m where kind = 'expired' and not exists (select from holds h where h.id::text = m.cause)
