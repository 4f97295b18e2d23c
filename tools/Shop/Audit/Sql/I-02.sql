-- inventory: on_hand is the sum of the physical movements, and what the last movement says
select count(*) from levels;

with ledger as (
    select sku, location, coalesce(sum(quantity) filter (where kind not in ('allocated', 'released')), 0) as physical, max(sequence) as sequence
    from movements group by sku, location)
select format('%s at %s', coalesce(l.sku, g.sku), coalesce(l.location, g.location)),
       format('on_hand %s, movements sum up to %s, the last says %s; sequence %s, the last is %s', l.on_hand, g.physical, m.on_hand, l.sequence, g.sequence)
from levels l
full join ledger g on g.sku = l.sku and g.location = l.location
left join movements m on m.sku = g.sku and m.location = g.location and m.sequence = g.sequence
where l.on_hand is distinct from g.physical or l.on_hand is distinct from m.on_hand or l.sequence is distinct from g.sequence
