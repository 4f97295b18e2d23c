-- inventory: A claim ends once: an open claim has released only what was cancelled of it, a released claim everything
--   that was not shipped, a refused claim has allocated nothing
select count(*) as checked from reservations;

with walk as (
    select regexp_replace(cause, '^repair-', '') as cause, kind,
           actor = 'auditor' and coalesce(actor_type, 'system') = 'system' as repair,
           allocated - lag(allocated, 1, 0::bigint) over (partition by sku, location order by sequence) as units
    from movements),
claims as (
    select cause, bool_or(repair) as repaired,
           coalesce(sum(units) filter (where kind = 'allocated'), 0) as allocated,
           coalesce(-sum(units) filter (where kind = 'shipped'), 0) as shipped,
           coalesce(-sum(units) filter (where kind = 'released'), 0) as released,
           coalesce(-sum(units) filter (where kind = 'released' and not repair), 0) as released_by_order
    from walk where units <> 0 and kind in ('allocated', 'shipped', 'released') group by cause),
cancelled as (
    select order_id, -sum(quantity) as units from allocations where step < 0 group by order_id)
select format('order %s', coalesce(r.order_id::text, c.cause)) as subject,
       format('is %s; allocated %s, shipped %s, released %s',
              coalesce(r.state, 'unknown'), c.allocated, c.shipped, c.released) as detail
from reservations r full join claims c on c.cause = r.order_id::text
left join cancelled k on k.order_id = r.order_id
where case
      when r.state in ('allocated', 'backordered') then coalesce(c.released_by_order, 0) <> coalesce(k.units, 0)
      when r.state = 'released' then coalesce(c.allocated <> c.released + c.shipped, false)
      when r.state in ('out_of_stock', 'limit_exceeded')
          then c.allocated <> c.released or c.shipped <> 0 or c.cause is not null and not c.repaired
      -- A lost claim whose units a repair has released.
      else not c.repaired or c.allocated <> c.released + c.shipped end
