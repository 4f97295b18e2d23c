-- inventory: Units are conserved per SKU: received + returned + adjusted − shipped = on hand in all locations + in
--   transit + written off
select count(distinct sku) as checked from levels;

with moved as (
    select sku,
           coalesce(sum(quantity) filter (where kind in ('received', 'returned', 'adjusted', 'shipped')), 0) as units,
           count(*) filter (where kind not in (
               'received', 'returned', 'adjusted', 'shipped', 'transferred', 'allocated', 'released', 'held', 'expired',
               'expected', 'withheld', 'reallocated')) as unknown,
           count(*) filter (where quantity = 0 or kind in ('received', 'returned', 'allocated', 'held') and quantity < 0
                               or kind in ('released', 'expired', 'shipped') and quantity > 0) as wrong
    from movements group by sku),
present as (select sku, sum(on_hand) as units from levels group by sku),
-- Units that left a location and were not received at another, by the documents. Units that a cancellation brought back
-- were received at their source.
away as (
    select l.sku, sum(l.expected - l.received) - coalesce(sum(back.units), 0) as units
    from inbound_lines l join inbounds i using (reference)
    left join lateral (
        select sum(m.quantity) as units from movements m
        where m.cause = i.reference and m.kind = 'transferred' and m.sku = l.sku and m.location = i.source
            and m.quantity > 0) back on true
    where i.source is not null group by l.sku)
select sku as subject,
       format('moved %s, on hand %s, in transit or written off %s; movements of unknown kind %s, of wrong sign %s',
              m.units, t.units, coalesce(a.units, 0), coalesce(m.unknown, 0), coalesce(m.wrong, 0)) as detail
from moved m full join present t using (sku) left join away a using (sku)
where coalesce(m.units, 0) <> coalesce(t.units, 0) + coalesce(a.units, 0) or m.unknown > 0 or m.wrong > 0
