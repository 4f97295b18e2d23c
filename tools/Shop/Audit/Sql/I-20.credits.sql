-- payments: Every credit answers one recorded key
select count(*) from credits;

select coalesce(c.reference, l.reference), format('asked for %s, credited %s', c.amount, l.amount)
from (select reference, count(*) as keys, sum(amount) as amount from credits group by reference) c
full join (select reference, amount from provider_ledger where kind = 'credit') l on l.reference = c.reference
where c.amount is distinct from l.amount or c.keys > 1
