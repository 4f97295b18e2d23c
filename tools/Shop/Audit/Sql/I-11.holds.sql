-- inventory: A hold ends in one way, with its movements to the unit; one whose time was over is never used
select count(*) from holds;

with lines as (select hold_id, sum(quantity) as units from hold_lines group by hold_id),
moved as (
    select cause, coalesce(-sum(quantity) filter (where kind = 'expired'), 0) as expired, coalesce(-sum(quantity) filter (where kind = 'released'), 0) as released,
           max(occurred_at) filter (where kind = 'released') as released_at
    from movements where kind in ('expired', 'released') and actor <> 'auditor' group by cause)
select format('hold %s of %s', h.id, h.customer),
       format('is %s, until %s; %s units, expired %s, released %s at %s', h.state, h.expires_at, l.units, coalesce(m.expired, 0), coalesce(m.released, 0), m.released_at)
from holds h left join lines l on l.hold_id = h.id left join moved m on m.cause = h.id::text
where l.units is null
   or not coalesce(case h.state
      when 'active' then coalesce(m.expired, 0) = 0 and coalesce(m.released, 0) = 0
      when 'expired' then m.expired = l.units and m.released = 0
      when 'released' then m.released = l.units and m.expired = 0
      -- What the order did not want of it goes back in the same moment.
      when 'committed' then coalesce(m.expired, 0) = 0 and coalesce(m.released, 0) < l.units and coalesce(m.released_at < h.expires_at, true) end, false)
union all
select format('%s at %s, movement %s', sku, location, sequence), format('%s by %s, which is no hold', kind, cause)
from movements m where kind = 'expired' and not exists (select from holds h where h.id::text = m.cause)
