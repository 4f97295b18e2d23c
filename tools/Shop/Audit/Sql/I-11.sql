-- inventory: A claim ends once: allocated ones are whole, released ones given back whole, refused ones took nothing
select count(*) from reservations;

with claims as (
    select cause, coalesce(sum(quantity) filter (where kind = 'allocated'), 0) as allocated, coalesce(sum(-quantity) filter (where kind = 'released'), 0) as released
    from movements where kind in ('allocated', 'released') group by cause)
select format('order %s', coalesce(r.order_id::text, c.cause)), format('is %s; allocated %s, released %s', coalesce(r.state, 'unknown'), c.allocated, c.released)
from reservations r full join claims c on c.cause = r.order_id::text
where case r.state
      when 'allocated' then coalesce(c.released, 0) <> 0
      when 'released' then coalesce(c.allocated <> c.released, false)
      when 'out_of_stock' then c.cause is not null
      else true end
