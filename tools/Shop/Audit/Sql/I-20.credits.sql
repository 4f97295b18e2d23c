-- payments: Every credit has exactly one recorded key
-- when idle
select count(*) as checked from credits;

select coalesce(c.reference, l.reference) as subject, format('requested %s, credited %s', c.amount, l.amount) as detail
from (select reference, count(*) as keys, sum(amount) as amount from credits group by reference) c
full join (select reference, amount from provider_ledger where kind = 'credit') l on l.reference = c.reference
where round(c.amount, 2) is distinct from l.amount or c.keys > 1
