-- inventory: Stock is only at declared locations
select (select count(*) from levels) + (select count(*) from inbounds) as checked;

select format('%s at %s', l.sku, l.location) as subject, 'the location was not declared' as detail
from levels l where not exists (select from locations p where p.location = l.location)
union all
select format('document %s', i.reference), format('the location %s was not declared', i.location)
from inbounds i where not exists (select from locations p where p.location = i.location)
