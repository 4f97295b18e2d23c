-- inventory: A claim ends once: an open one has given nothing back, a released one all that was not shipped, a refused one took nothing
select count(*) from reservations;

with claims as (
    select regexp_replace(cause, '^repair-', '') as cause, bool_or(actor = 'auditor') as repaired,
           coalesce(sum(quantity) filter (where kind = 'allocated'), 0) as allocated, coalesce(-sum(quantity) filter (where kind = 'shipped'), 0) as shipped,
           coalesce(-sum(quantity) filter (where kind = 'released'), 0) as released,
           coalesce(-sum(quantity) filter (where kind = 'released' and actor <> 'auditor'), 0) as given_back
    from movements m where kind in ('allocated', 'released', 'shipped') and not exists (select from holds h where h.id::text = regexp_replace(m.cause, '^repair-', ''))
    group by 1)
select format('order %s', coalesce(r.order_id::text, c.cause)),
       format('is %s; allocated %s, shipped %s, released %s', coalesce(r.state, 'unknown'), c.allocated, c.shipped, c.released)
from reservations r full join claims c on c.cause = r.order_id::text
where case
      when r.state in ('allocated', 'backordered') then coalesce(c.given_back, 0) <> 0
      when r.state = 'released' then coalesce(c.allocated <> c.released + c.shipped, false)
      when r.state in ('out_of_stock', 'limit_exceeded') then c.allocated <> c.released or c.shipped <> 0 or c.cause is not null and not c.repaired
      -- A claim that was lost, and that a repair has given back.
      else not c.repaired or c.allocated <> c.released + c.shipped end
