-- inventory: Every movement and every refusal stands in the event log, once
-- with: order_heads
select (select count(*) from movements) + (select count(*) from reservations where shortages is not null);

with told as (
    select m.sku, m.location, count(*) as rows, sum(hashtextextended(concat_ws('|', m.sequence, m.quantity, m."onHand", m.allocated, coalesce(m.held, 0), coalesce(m.unavailable, 0), coalesce(m.incoming, 0)), 0)) as sum
    from events e cross join lateral json_to_recordset(e.data->'movements')
        as m(sku text, location text, sequence bigint, quantity integer, "onHand" bigint, allocated bigint, held bigint, unavailable bigint, incoming bigint)
    where e.type = 'stock.moved.v1' group by m.sku, m.location),
moved as (
    select sku, location, count(*) as rows, sum(hashtextextended(concat_ws('|', sequence, quantity, on_hand, allocated, held, unavailable, incoming), 0)) as sum
    from movements group by sku, location)
select format('%s at %s', coalesce(m.sku, t.sku), coalesce(m.location, t.location)), format('%s movements, %s in events, or they differ', coalesce(m.rows, 0), coalesce(t.rows, 0))
from moved m full join told t on t.sku = m.sku and t.location = m.location
where m.rows is distinct from t.rows or m.sum is distinct from t.sum
union all
-- Whoever is asked what to do (and may have chosen to take or to wait since) is told of the shortage each time; nothing is decided then.
select format('order %s', coalesce(r.order_id::text, e.subject)), format('%s refusals, %s in events', count(distinct r.order_id), count(e.position))
from (select order_id from reservations r where shortages is not null and not exists (select from allocations a where a.order_id = r.order_id)) r
full join (select subject, position from events where type = 'stock.refused.v1') e on e.subject = r.order_id::text
left join order_heads o on o.order_id::text = coalesce(r.order_id::text, e.subject)
group by 1, o.on_shortage having case when o.on_shortage <> 'reject' then count(e.position) < count(distinct r.order_id) else count(e.position) <> 1 or count(distinct r.order_id) <> 1 end
