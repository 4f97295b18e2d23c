-- inventory: Units are conserved per SKU: received + returned + adjusted − shipped = on hand over all locations
select count(distinct sku) from levels;

with moved as (
    select sku,
           coalesce(sum(quantity) filter (where kind in ('received', 'returned', 'adjusted')), 0) - coalesce(sum(quantity) filter (where kind = 'shipped'), 0) as units,
           count(*) filter (where kind not in ('received', 'returned', 'adjusted', 'shipped', 'allocated', 'released')) as unknown,
           count(*) filter (where quantity = 0 or kind in ('received', 'returned', 'allocated') and quantity < 0 or kind = 'released' and quantity > 0) as wrong
    from movements group by sku),
there as (select sku, sum(on_hand) as units from levels group by sku)
select coalesce(m.sku, t.sku), format('moved %s, there are %s; %s movements of an unknown kind, %s against the direction of their kind', m.units, t.units, m.unknown, m.wrong)
from moved m full join there t on t.sku = m.sku
where m.units is distinct from t.units or m.unknown > 0 or m.wrong > 0
