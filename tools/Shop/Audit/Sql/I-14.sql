-- inventory: Incoming is what the open documents still announce for a location; received quantities match the movements
select count(*) as checked from inbounds;

with due as (
    select l.sku, i.location, sum(greatest(l.expected - l.received - l.closed, 0)) as units
    from inbound_lines l join inbounds i using (reference)
    where i.state in ('expected', 'in_transit', 'partially_received') group by 1, 2)
select format('%s at %s', sku, location) as subject,
       format('incoming %s, by the open documents %s', coalesce(l.incoming, 0), coalesce(d.units, 0)) as detail
from levels l full join due d using (sku, location) where coalesce(l.incoming, 0) <> coalesce(d.units, 0)
union all
select format('document %s, %s', i.reference, l.sku),
       format('announced %s, by movements %s; received %s, by movements %s',
              l.expected, coalesce(m.expected, 0), l.received, coalesce(m.received, 0))
from inbounds i join inbound_lines l using (reference)
left join lateral (
    select sum(quantity) filter (where kind = 'expected' and step = 0) as expected,
           sum(quantity) filter (
               where kind in ('received', 'transferred') and location = i.location and step > 0 and quantity > 0
                   and (i.source is null) = (kind = 'received')) as received
    from movements m where m.cause = i.reference and m.sku = l.sku) m on true
where l.expected <> coalesce(m.expected, 0) or l.received <> coalesce(m.received, 0)
