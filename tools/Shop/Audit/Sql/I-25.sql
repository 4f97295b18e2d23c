-- history: Consumers apply each aggregate's versions in order: timelines have no jump
select (select count(*) from order_timeline) + (select count(*) from stock_timeline) as checked;

with walk as (
    select order_id, position, type, from_status, to_status,
           lag(to_status) over (partition by order_id order by position) as before
    from order_timeline where step in (0, 3))
select format('order %s', order_id) as subject,
       format('%s → %s while it was %s', from_status, to_status, coalesce(before, 'new')) as detail
from walk where from_status is distinct from before
union all
select format('%s at %s, movement %s', sku, location, sequence), format('follows movement %s', before)
from (select sku, location, sequence,
             lag(sequence, 1, 0::bigint) over (partition by sku, location order by sequence) as before
      from stock_timeline) s
where sequence <> before + 1
