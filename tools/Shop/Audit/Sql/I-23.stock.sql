-- inventory: Every movement and every refusal is in the event log exactly once
-- inputs: order_heads
select (select count(*) from movements) + (select count(*) from reservations where shortages is not null) as checked;

with published as (
    select m.sku, m.location, count(*) as rows,
           sum(hashtextextended(concat_ws('|', m.sequence, m.quantity, m."onHand", m.allocated, coalesce(m.held, 0),
                                          coalesce(m.unavailable, 0), coalesce(m.incoming, 0)), 0)) as sum
    from events e
    cross join lateral json_to_recordset(e.data->'movements') as m(
        sku text, location text, sequence bigint, quantity integer, "onHand" bigint, allocated bigint, held bigint,
        unavailable bigint, incoming bigint)
    where e.type = 'stock.moved.v1' group by m.sku, m.location),
moved as (
    select sku, location, count(*) as rows,
           sum(hashtextextended(
               concat_ws('|', sequence, quantity, on_hand, allocated, held, unavailable, incoming), 0)) as sum
    from movements group by sku, location)
select format('%s at %s', coalesce(m.sku, t.sku), coalesce(m.location, t.location)) as subject,
       format('%s movements, %s in events; the numbers or the contents differ',
              coalesce(m.rows, 0), coalesce(t.rows, 0)) as detail
from moved m full join published t on t.sku = m.sku and t.location = m.location
where m.rows is distinct from t.rows or m.sum is distinct from t.sum
union all
-- An order whose customer is asked to decide (and may have decided since) gets a shortage event each time; it is not
-- refused by that.
select format('order %s', coalesce(r.order_id::text, e.subject)),
       format('%s refusals, %s in events', count(distinct r.order_id), count(e.position))
from (select order_id from reservations r
      where shortages is not null and not exists (select from allocations a where a.order_id = r.order_id)) r
full join (select subject, position from events where type = 'stock.refused.v1') e on e.subject = r.order_id::text
left join order_heads o on o.order_id::text = coalesce(r.order_id::text, e.subject)
group by 1, o.on_shortage
having case when o.on_shortage <> 'reject' then count(e.position) < count(distinct r.order_id)
            else count(e.position) <> 1 or count(distinct r.order_id) <> 1 end
