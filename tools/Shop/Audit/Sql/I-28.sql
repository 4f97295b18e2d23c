-- history: A client sees every version of an order from 1 on without a gap, as Orders logged it
-- inputs: facts
select count(distinct order_id) as checked from order_timeline where step in (0, 3);

with seen as (
    select f.subject, f.version, f.from_status, f.to_status, t.from_status as seen_from, t.to_status as seen_to,
           t.order_id,
           coalesce(t.order_id::text = f.subject, false) as is_present
    from facts f
    join watermarks w using (producer)
    left join order_timeline t on t.position = f.position and t.step in (0, 3)
    where f.producer = 'orders' and f.type like 'order.%' and f.position <= w.position)
select format('order %s, version %s', subject, version) as subject,
       case when is_present
            then format('logged as %s → %s, in the timeline as %s → %s', from_status, to_status, seen_from, seen_to)
            else 'is missing in the timeline' end as detail
from seen where not is_present or from_status is distinct from seen_from or to_status is distinct from seen_to
union all
select format('order %s', subject), format('%s entries, versions %s to %s', count(*), min(version), max(version))
from seen where is_present group by subject having min(version) <> 1 or max(version) <> count(*)
