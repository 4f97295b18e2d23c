-- history: Produced = consumed + parked + in flight: nobody has read beyond a log's end, and what is parked has had no effect
-- with: facts, heads
select coalesce(sum(position), 0)::bigint from heads;

select h.producer, format('%s events produced, the head is %s, the watermark %s', count(f.position), h.position, w.position)
from heads h left join watermarks w using (producer) left join facts f using (producer)
group by h.producer, h.position, w.position having count(f.position) <> h.position or w.position > h.position
union all
select format('%s, event %s', p.producer, p.position), 'is parked, but not yet passed' from dead_letters p left join watermarks w using (producer)
where p.position is not null and p.position > coalesce(w.position, 0)
union all
select format('%s, event %s', producer, position), format('is parked %s times', count(*)) from dead_letters where position is not null group by producer, position having count(*) > 1
