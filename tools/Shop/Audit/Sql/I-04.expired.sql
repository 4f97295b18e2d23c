-- inventory: No hold stays active for more than a minute after its expiry, because the sweeper ends it
-- when idle
select count(*) as checked from holds where state = 'active';

-- A minute is many times the sweeper's interval.
select format('hold %s of %s', id, customer) as subject, format('expired at %s', expires_at) as detail
from holds where state = 'active' and expires_at < now() - interval '1 minute'
