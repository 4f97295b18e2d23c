-- inventory: No movement was changed after it was written: the hash chain is valid up to the level
select count(*) as checked from movements;

with chain as (
    select *, coalesce(lag(hash) over (partition by sku, location order by sequence), ''::bytea) as before
    from movements)
select format('%s at %s, movement %s', sku, location, sequence) as subject,
       'its hash does not match its content and its predecessor' as detail
from chain
-- The text is that of Movement.HashAfter in Inventory.
where hash <> sha256(before || convert_to(concat(
    sku, '|', location, '|', sequence, '|', kind, '|', quantity, '|', on_hand, '|', allocated, '|', held, '|',
    unavailable, '|', incoming, '|', cause, '|', step, '|', actor, '|', reason, '|', trace, '|',
    (extract(epoch from occurred_at) * 1000000)::bigint, '|' || actor_type), 'UTF8'))
union all
select format('%s at %s', l.sku, l.location), 'the level''s hash is not that of its last movement'
from levels l left join movements m on m.sku = l.sku and m.location = l.location and m.sequence = l.sequence
where l.hash is distinct from coalesce(m.hash, ''::bytea)
