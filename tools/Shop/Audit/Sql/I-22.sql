-- orders: Every row of a bulk job is accepted, rejected, parked or undecided, and the job's counts match; an accepted
--   row has its order
select count(*) as checked from bulk_rows;

select format('bulk job %s', j.id) as subject,
       format('counts %s received, %s accepted, %s rejected, %s parked; its rows are %s, %s, %s, %s',
              j.received, j.accepted, j.rejected, j.parked,
              coalesce(r.received, 0), coalesce(r.accepted, 0), coalesce(r.rejected, 0), coalesce(r.parked, 0)
       ) as detail
from bulk_jobs j left join (
    select job_id, count(*) as received, count(*) filter (where state = 'accepted') as accepted,
           count(*) filter (where state = 'rejected') as rejected, count(*) filter (where state = 'parked') as parked,
           count(*) filter (where replayed) as replayed
    from bulk_rows group by job_id) r on r.job_id = j.id
where (j.received, j.accepted, j.rejected, j.parked, j.replayed)
       <> (coalesce(r.received, 0), coalesce(r.accepted, 0), coalesce(r.rejected, 0), coalesce(r.parked, 0),
           coalesce(r.replayed, 0))
   or j.state = 'done' and j.received <> j.accepted + j.rejected + j.parked or j.state = 'rejected' and j.accepted > 0
union all
select format('bulk job %s, row %s', r.job_id, r.row),
       case when o.id is not null then 'has an order, but is ' || r.state
            when r.order_id is null then 'is accepted but has no order'
            else format('its order %s does not exist', r.order_id) end
from bulk_rows r left join orders o on o.id = r.order_id
where (r.state = 'accepted') <> (o.id is not null) or r.order_id is not null and o.id is null
union all
select format('order %s', order_id),
       format('belongs to %s rows of bulk job %s that are not marked as repetitions', count(*), job_id)
from bulk_rows where order_id is not null and not replayed group by order_id, job_id having count(*) > 1
