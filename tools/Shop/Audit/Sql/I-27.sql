-- history: Produced = consumed + parked + in flight: no consumer is beyond the end of a log, and parked events had no
--   effect
-- inputs: facts, heads
select coalesce(sum(position), 0)::bigint as checked from heads;

select h.producer as subject,
       format('%s events produced, the head is %s, the watermark %s',
              count(f.position), h.position, w.position) as detail
from heads h left join watermarks w using (producer) left join facts f using (producer)
group by h.producer, h.position, w.position having count(f.position) <> h.position or w.position > h.position
union all
select format('%s, event %s', p.producer, p.position), 'is parked, but the watermark has not passed it'
from dead_letters p left join watermarks w using (producer)
where p.position is not null and p.position > coalesce(w.position, 0)
union all
select format('%s, event %s', producer, position), format('is parked %s times', count(*))
from dead_letters where position is not null group by producer, position having count(*) > 1
