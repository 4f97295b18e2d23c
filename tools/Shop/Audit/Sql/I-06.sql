-- inventory: Never oversold, now or after any movement: allocated + held ≤ on_hand − unavailable, except for shortages
--   that a correction found
select (select count(*) from levels) + (select count(*) from movements) as checked;

select format('%s at %s', sku, location) as subject,
       format('allocated %s + held %s > on_hand %s − unavailable %s + short %s',
              allocated, held, on_hand, unavailable, short) as detail
from levels where allocated + held > on_hand - unavailable + short
union all
-- A correction records the actual units, whatever was promised. No other movement creates or increases a deficit.
select format('%s at %s, movement %s', sku, location, sequence),
       format('%s %s: the deficit is %s units; before it was %s', kind, quantity, deficit, before)
from (
    select *, lag(deficit, 1, 0::bigint) over (partition by sku, location order by sequence) as before
    from (select *, greatest(allocated + held - on_hand + unavailable, 0) as deficit from movements) m) walk
where deficit > before and kind <> 'adjusted' and not (actor = 'auditor' and coalesce(actor_type, 'system') = 'system')
