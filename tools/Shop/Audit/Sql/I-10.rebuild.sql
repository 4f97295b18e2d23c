-- inventory: The stock levels rebuilt from the movements alone equal the stored ones, column by column, including the
--   hash
-- on request
-- No stored hash is trusted here: the chain is computed again from a level's first movement.
create function pg_temp.link(chain bytea, movement text) returns bytea language sql immutable
    as 'select sha256(chain || convert_to(movement, ''UTF8''))';
create aggregate pg_temp.chain(text) (sfunc = pg_temp.link, stype = bytea, initcond = '');
create temporary table chained on commit drop as
    select *, pg_temp.chain(concat(
        sku, '|', location, '|', sequence, '|', kind, '|', quantity, '|', on_hand, '|', allocated, '|', held, '|',
        unavailable, '|', incoming, '|', cause, '|', step, '|', actor, '|', reason, '|', trace, '|',
        (extract(epoch from occurred_at) * 1000000)::bigint, '|' || actor_type))
        over (partition by sku, location order by sequence) as chain
    from movements;
create temporary table rebuilt on commit drop as
    select distinct on (sku, location) sku, location,
        (sum(quantity) filter (
            where kind in ('received', 'shipped', 'adjusted', 'returned', 'transferred')
        ) over level)::bigint as on_hand,
        allocated, held, unavailable, incoming, greatest(allocated + held + unavailable - on_hand, 0) as short,
        count(*) over level as sequence, chain as hash
    from chained window level as (partition by sku, location) order by sku, location, chained.sequence desc;
select count(*) as checked from rebuilt;

-- The first movement whose hash does not match; all later ones do not match either.
select format('%s at %s, movement %s', sku, location, min(sequence)) as subject,
       'the chain breaks here: this movement was changed after it was written' as detail
from chained where hash <> chain group by sku, location
union all
select format('%s at %s', l.sku, l.location),
       format('is %s; rebuilt from its movements it is %s', row_to_json(l), row_to_json(r))
from levels l left join rebuilt r using (sku, location)
where (l.on_hand, l.allocated, l.held, l.unavailable, l.incoming, l.short, l.sequence, l.hash) is distinct from
      (coalesce(r.on_hand, 0), coalesce(r.allocated, 0), coalesce(r.held, 0), coalesce(r.unavailable, 0),
       coalesce(r.incoming, 0), coalesce(r.short, 0), coalesce(r.sequence, 0), coalesce(r.hash, ''))
union all
select format('%s at %s', r.sku, r.location), 'has movements but no level'
from rebuilt r left join levels l using (sku, location) where l.sku is null
