using DaprShop.Orders.Model;

namespace DaprShop.Orders.Bulk;

/// <summary>The statements of bulk jobs. A job's counts change with its rows, in one transaction.</summary>
internal static class BulkStatements
{
    public const string Open = """
        insert into bulk_jobs (id, caller, by_operator, key, on_error, state, paused, received, checked, accepted, replayed, rejected, parked, version, created_at, served_at)
        values ($1, $2, $3, $4, $5, 'receiving', false, 0, 0, 0, 0, 0, 0, 1, $6, $6)
        on conflict do nothing
        """;

    public const string InsertRows = """
        with added as (
            insert into bulk_rows (job_id, row, body, fault, state, attempts, replayed)
            select $1, row, body, fault, 'pending', 0, false from unnest($2::int[], $3::text[], $4::text[]) as u(row, body, fault) order by row
            on conflict do nothing returning row)
        select count(*)::int from added
        """;

    /// <summary>Rows that are there with another content.</summary>
    public const string Differing = """
        select r.row from bulk_rows r join unnest($2::int[], $3::text[], $4::text[]) as u(row, body, fault) on r.row = u.row
        where r.job_id = $1 and (r.body, r.fault) is distinct from (u.body, u.fault) order by r.row limit 1
        """;

    /// <summary>No row after the file's end.</summary>
    public const string Grow =
        "update bulk_jobs set received = received + $2, version = version + 1 where id = $1 and state = 'receiving'";

    public const string End = """
        update bulk_jobs set state = case when on_error = 'reject_everything' and received > 0 then 'checking' else 'running' end, version = version + 1, received_at = $3
        where id = $1 and state = 'receiving' and received = $2
        """;

    /// <summary>A job whose rows are all looked at, or all decided, goes on.</summary>
    public const string Advance = """
        update bulk_jobs set version = version + 1,
            state = case when state = 'running' then 'done' when rejected + parked > 0 then 'rejected' else 'running' end,
            finished_at = case when state = 'running' or rejected + parked > 0 then $2 end
        where id = $1 and received = case state when 'checking' then checked + rejected + parked when 'running' then accepted + rejected + parked end
        """;

    /// <summary>The job that has waited longest.</summary>
    public const string Next = """
        update bulk_jobs set served_at = $1 where id = (
            select id from bulk_jobs where state in ('checking', 'running') and not paused order by served_at limit 1 for update skip locked)
        returning id, caller, by_operator, key, on_error, state
        """;

    /// <summary>
    /// A stretch of rows that nobody else has: those that never failed together, up to $4 bytes; one that did, alone. What its job has done with
    /// a row shows in the state that the next pass asks for.
    /// </summary>
    public const string Claim = """
        with due as (
            select row, body, fault, attempts from bulk_rows where job_id = $1 and state in ('pending', 'checked') and state = $2
            order by attempts, row limit $3 for update skip locked),
        sized as (select *, sum(coalesce(octet_length(body), 0)) over line as upto, row_number() over line as place from due window line as (order by attempts, row))
        select row, body, fault, attempts from sized where place = 1 or attempts = 0 and upto <= $4 order by place
        """;

    public const string Decide = """
        update bulk_rows r set state = u.state, order_id = u.order_id, replayed = u.replayed, errors = u.errors::jsonb, cause = null, key = coalesce(u.key, r.key), fingerprint = coalesce(u.fingerprint, r.fingerprint)
        from unnest($2::int[], $3::text[], $4::uuid[], $5::bool[], $6::text[], $7::text[], $8::bytea[]) as u(row, state, order_id, replayed, errors, key, fingerprint)
        where r.job_id = $1 and r.row = u.row
        """;

    /// <summary>One stretch at a time is checked, so that none misses a key of another.</summary>
    public const string LockCheck = "select from bulk_jobs where id = $1 and state = 'checking' for update";

    /// <summary>What stands behind these keys, in the rows before and in the shop.</summary>
    public const string KnownKeys = """
        select key, fingerprint from bulk_rows where job_id = $1 and key = any($3) and state = 'checked'
        union all select key, fingerprint from idempotency_keys where caller = $2 and key = any($3)
        """;

    /// <summary>Fails where the job is not any more what it was when the rows were taken: paused, for instance.</summary>
    public const string Count = """
        update bulk_jobs set checked = checked + $3, accepted = accepted + $4, replayed = replayed + $5, rejected = rejected + $6, version = version + 1
        where id = $1 and state = $2 and not paused
        """;

    /// <summary>Counts a failure of rows that have failed as often as was seen; whoever failed $4 times is parked.</summary>
    public const string Fail = """
        with failed as (
            update bulk_rows r set attempts = r.attempts + 1, cause = $5, state = case when r.attempts + 1 >= $4 then 'parked' else r.state end
            from unnest($2::int[], $3::int[]) as u(row, attempts) where r.job_id = $1 and r.row = u.row and r.attempts = u.attempts and r.state in ('pending', 'checked')
            returning r.state)
        update bulk_jobs set parked = parked + (select count(*) from failed where state = 'parked'), version = version + 1 where id = $1
        """;

    public const string Retry = """
        with retried as (
            update bulk_rows set state = case when j.on_error = 'reject_everything' then 'checked' else 'pending' end, attempts = 1
            from bulk_jobs j where j.id = $1 and job_id = $1 and row = $2 and bulk_rows.state = 'parked' and j.state in ('running', 'done') returning row)
        update bulk_jobs set parked = parked - 1, state = 'running', finished_at = null, version = version + 1 where id = $1 and exists (select from retried)
        """;

    public const string Pause =
        "update bulk_jobs set paused = $2, version = version + 1 where id = $1 and state not in ('done', 'rejected') and paused <> $2";

    /// <summary>How many orders have a next step, $1 at most.</summary>
    public const string Backlog =
        $"select count(*)::int from (select from orders where {OrdersDbContext.InSaga} limit $1) o";
}
