-- payments: Every request that moved money is in the provider's ledger once, with its amount, and the ledger has nothing
--   else
-- when idle
select count(*) as checked from provider_calls;

with ledger as (
    select key, min(kind) as kind, sum(amount) as amount, count(*) as rows from provider_ledger
    where kind <> 'held' group by key)
select coalesce(c.key, l.key) as subject,
       format('%s of %s is %s; in the ledger %s of %s in %s rows',
              coalesce(c.operation, 'no request'), c.amount, coalesce(c.state, 'unknown'), l.kind, l.amount, l.rows)
           as detail
from (select key, amount, state,
             case when operation in ('capture', 'last_capture') then 'charge' else operation end as operation
      from provider_calls
      where state = 'succeeded' and operation not in ('authorise', 'renewal', 'void')) c full join ledger l on l.key = c.key
where l.rows is distinct from 1 or c.operation is distinct from l.kind or c.amount is distinct from l.amount
