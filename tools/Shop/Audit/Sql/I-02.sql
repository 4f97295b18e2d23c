-- inventory: on_hand is the sum of the physical movements; every quantity equals that of the last movement
select count(*) as checked from levels;

with ledger as (
    select sku, location, max(sequence) as sequence,
           coalesce(sum(quantity) filter (
               where kind in ('received', 'shipped', 'adjusted', 'returned', 'transferred')), 0) as physical
    from movements group by sku, location)
select format('%s at %s', coalesce(l.sku, g.sku), coalesce(l.location, g.location)) as subject,
       format('on_hand %s, allocated %s, held %s, unavailable %s, incoming %s, sequence %s; the sum of the movements'
              ' is %s on hand, the last one (%s) has %s, %s, %s, %s, %s',
              l.on_hand, l.allocated, l.held, l.unavailable, l.incoming, l.sequence,
              g.physical, g.sequence, m.on_hand, m.allocated, m.held, m.unavailable, m.incoming) as detail
from levels l
full join ledger g on g.sku = l.sku and g.location = l.location
left join movements m on m.sku = g.sku and m.location = g.location and m.sequence = g.sequence
where l.sku is null or l.on_hand <> coalesce(g.physical, 0) or l.sequence <> coalesce(g.sequence, 0)
   or (l.on_hand, l.allocated, l.held, l.unavailable, l.incoming)
      <> (coalesce(m.on_hand, 0), coalesce(m.allocated, 0), coalesce(m.held, 0), coalesce(m.unavailable, 0),
          coalesce(m.incoming, 0))
