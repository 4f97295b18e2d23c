-- orders: An order's status changes only as declared, one version per change; the status is that of the last event
select count(*) as checked from events;

with declared(from_status, to_status) as (values
    ('accepted', 'reserved'), ('accepted', 'backordered'), ('accepted', 'awaiting_customer'), ('accepted', 'rejected'),
    ('accepted', 'cancelled'), ('accepted', 'expired'), ('accepted', 'needs_attention'),
    ('backordered', 'reserved'), ('backordered', 'cancelled'), ('backordered', 'expired'),
    ('backordered', 'needs_attention'),
    ('awaiting_customer', 'reserved'), ('awaiting_customer', 'backordered'), ('awaiting_customer', 'cancelled'),
    ('awaiting_customer', 'expired'), ('awaiting_customer', 'needs_attention'),
    ('reserved', 'paid'), ('reserved', 'rejected'), ('reserved', 'cancelled'), ('reserved', 'expired'),
    ('reserved', 'needs_attention'), ('reserved', 'awaiting_payment'),
    ('awaiting_payment', 'reserved'), ('awaiting_payment', 'rejected'), ('awaiting_payment', 'cancelled'),
    ('awaiting_payment', 'expired'), ('awaiting_payment', 'needs_attention'),
    ('paid', 'confirmed'), ('paid', 'cancelled'), ('paid', 'needs_attention'),
    ('confirmed', 'awaiting_payment'), ('confirmed', 'shipped'), ('confirmed', 'cancelled'), ('confirmed', 'needs_attention'),
    ('shipped', 'delivered'), ('shipped', 'needs_attention'),
    ('needs_attention', 'accepted'), ('needs_attention', 'backordered'), ('needs_attention', 'awaiting_customer'),
    ('needs_attention', 'reserved'), ('needs_attention', 'awaiting_payment'), ('needs_attention', 'paid'), ('needs_attention', 'confirmed'),
    ('needs_attention', 'shipped'), ('needs_attention', 'rejected'), ('needs_attention', 'cancelled'),
    ('needs_attention', 'expired')),
log as (
    select position, subject, version, type, data->>'from' as from_status,
           case type when 'order.accepted.v1' then 'accepted' else data->>'to' end as to_status
    from events where type like 'order.%'),
walk as (
    select *, lag(version, 1, 0) over log_order as version_before, lag(to_status) over log_order as status_before,
           lead(version) over log_order is null as last
    from log window log_order as (partition by subject order by position))
select format('order %s', w.subject) as subject,
       format('version %s → %s: %s → %s while it was %s',
              w.version_before, w.version, w.from_status, w.to_status, coalesce(w.status_before, 'new')) as detail
from walk w left join declared d on d.from_status = w.from_status and d.to_status = w.to_status
where w.version <> w.version_before + 1 or w.from_status is distinct from w.status_before
   or (w.type = 'order.accepted.v1') <> (w.version = 1) or w.version > 1 and d.from_status is null
union all
select format('order %s', coalesce(o.id::text, w.subject)),
       format('is %s in version %s; by its events %s in version %s',
              coalesce(o.status, 'unknown'), o.version, coalesce(w.to_status, 'none'), w.version)
from orders o full join (select * from walk where last) w on w.subject = o.id::text
where o.status is distinct from w.to_status or o.version is distinct from w.version
