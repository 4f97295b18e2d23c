-- inventory: Never oversold, now or at any movement: allocated + held ≤ on_hand − unavailable, but for a shortage that a correction has found
select (select count(*) from levels) + (select count(*) from movements);

select format('%s at %s', sku, location), format('allocated %s + held %s > on_hand %s − unavailable %s + short %s', allocated, held, on_hand, unavailable, short)
from levels where allocated + held > on_hand - unavailable + short
union all
-- A correction tells what is there, whatever was promised. Nothing else makes a deficit, or makes one larger.
select format('%s at %s, movement %s', sku, location, sequence), format('%s %s: %s units more are claimed than are there; %s were before', kind, quantity, deficit, before)
from (
    select *, lag(deficit, 1, 0::bigint) over (partition by sku, location order by sequence) as before
    from (select *, greatest(allocated + held - on_hand + unavailable, 0) as deficit from movements) m) walk
where deficit > before and kind <> 'adjusted' and actor <> 'auditor'
