-- payments: The history of every payment and credit is in the event log, version by version
-- when idle
select count(*) as checked from payments;

with published as (
    select subject, count(*) as events, min(version) as first, max(version) as last,
           (array_agg(data->>'kind' order by version desc))[1] as kind
    from events where data->>'kind' <> 'credited' group by subject)
select format('order %s', coalesce(p.order_id::text, t.subject)) as subject,
       format('%s in version %s; %s events, versions %s to %s, the last one is %s',
              coalesce(p.state, 'unknown'), p.version, coalesce(t.events, 0), t.first, t.last, t.kind) as detail
from payments p full join published t on t.subject = p.order_id::text
where p.version is distinct from coalesce(t.events, 0) or t.first <> 1 or t.last <> t.events
   or p.version > 0 and case p.state
       when 'refunded' then t.kind not in ('refunded', 'refused', 'voided')
       -- The provider has not answered about another card yet.
       when 'pending' then t.kind <> 'declined' or p.attempt < 2
       when 'refunding' then t.kind not in ('captured', 'partly_refunded')
           and (t.kind <> 'declined' or p.attempt < 2)
       when 'captured' then t.kind not in ('captured', 'partly_refunded', 'voided')
       when 'authorised' then t.kind not in ('authorised', 'captured', 'partly_refunded', 'voided')
       when 'lapsed' then t.kind not in ('lapsed', 'voided', 'partly_refunded')
       else t.kind <> p.state end
union all
select coalesce(l.reference, e.subject), format('credited %s, by its event %s', l.amount, e.amount)
from (select reference, amount from provider_ledger where kind = 'credit') l
full join (
    select subject, (data->>'amount')::numeric as amount from events where data->>'kind' = 'credited') e
    on e.subject = l.reference
where l.amount is distinct from e.amount
