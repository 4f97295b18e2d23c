-- inventory: Each open backorder is promised the day on which the open deliveries cover it and all before it in the line
-- A delivery that is late promises nothing, which is noticed within minutes: its SKU is not checked.
select count(*) as checked from backorders where state = 'open';

with announced as (
    select l.sku, i.expected_at, l.expected - l.received - l.closed as units
    from inbound_lines l join inbounds i using (reference)
    where i.state in ('expected', 'in_transit', 'partially_received') and i.expected_at is not null
      and not i.unavailable and l.expected > l.received + l.closed),
due as (select *, sum(units) over (partition by sku order by expected_at) as covered from announced),
line as (
    select *, sum(quantity - filled) over (partition by sku order by order_number, order_id) as needed
    from backorders where state = 'open')
select format('order %s, %s', b.order_id, b.sku) as subject,
       format('is promised %s; the open deliveries cover it %s',
              coalesce(b.promised_at::text, 'no day'), coalesce('on ' || d.day, 'never')) as detail
from line b
left join lateral (
    select min(expected_at) as day from due where due.sku = b.sku and due.covered >= b.needed) d on true
where b.promised_at is distinct from d.day
  and not exists (select from announced a where a.sku = b.sku and a.expected_at <= now())
