-- inventory: No hold outlives its time for long: the sweeper has come by
-- at rest
select count(*) from holds where state = 'active';

-- A minute is many times the sweeper's interval.
select format('hold %s of %s', id, customer), format('its time was over at %s', expires_at) from holds where state = 'active' and expires_at < now() - interval '1 minute'
