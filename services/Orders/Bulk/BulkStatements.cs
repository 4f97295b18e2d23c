using DaprShop.Orders.Model;
using static DaprShop.Orders.Model.BulkStates;

namespace DaprShop.Orders.Bulk;

/// <summary>The statements of bulk jobs. A job's counts change with its rows, in one transaction.</summary>
internal static class BulkStatements
{
    public const string Open = $"""
        insert into bulk_jobs (
            id, caller, by_operator, key, on_error, state, paused, received, checked, accepted, replayed, rejected,
            parked, version, created_at, served_at)
        values ($1, $2, $3, $4, $5, '{Receiving}', false, 0, 0, 0, 0, 0, 0, 1, $6, $6)
        on conflict do nothing
        """;

    public const string InsertRows = $"""
        with added as (
            insert into bulk_rows (job_id, row, body, error, state, attempts, replayed)
            select $1, row, body, error, '{BulkRowStates.Pending}', 0, false
            from unnest($2::int[], $3::text[], $4::text[]) as u(row, body, error) order by row
            on conflict do nothing returning row)
        select count(*)::int from added
        """;

    /// <summary>The rows that were received before with another text.</summary>
    public const string SelectDiffering = """
        select r.row, r.body, r.error
        from bulk_rows r join unnest($2::int[], $3::text[], $4::text[]) as u(row, body, error) on r.row = u.row
        where r.job_id = $1 and (r.body, r.error) is distinct from (u.body, u.error)
        """;

    /// <summary>Counts received rows; without effect after the end of the file.</summary>
    public const string CountReceived = $"""
        update bulk_jobs set received = received + $2, version = version + 1 where id = $1 and state = '{Receiving}'
        """;

    public const string End = $"""
        update bulk_jobs
        set state = case
                when on_error = '{BulkPolicies.RejectEverything}' and received > 0 then '{Checking}'
                else '{Running}' end,
            version = version + 1, received_at = $3
        where id = $1 and state = '{Receiving}' and received = $2
        """;

    /// <summary>Advances a job whose rows are all checked, or all decided, to its next state.</summary>
    public const string Advance = $"""
        update bulk_jobs
        set version = version + 1,
            state = case
                when state = '{Running}' then '{Done}'
                when rejected + parked > 0 then '{Rejected}'
                else '{Running}' end,
            finished_at = case when state = '{Running}' or rejected + parked > 0 then $2 end
        where id = $1 and received = case state
            when '{Checking}' then checked + rejected + parked
            when '{Running}' then accepted + rejected + parked end
        """;

    /// <summary>The due job that was served longest ago.</summary>
    public const string Next = $"""
        update bulk_jobs set served_at = $1 where id = (
            select id from bulk_jobs where state in ('{Checking}', '{Running}') and not paused
            order by served_at limit 1 for update skip locked)
        returning id, caller, by_operator, key, on_error, state
        """;

    /// <summary>
    /// A batch of rows that no other worker has: rows that never failed together, up to $4 bytes; a row that did fail,
    /// alone. The state of a row shows what was done with it, so the next pass asks for another state.
    /// </summary>
    public const string Claim = $"""
        with due as (
            select row, body, error, attempts from bulk_rows
            where job_id = $1 and state in ('{BulkRowStates.Pending}', '{BulkRowStates.Checked}') and state = $2
            order by attempts, row limit $3 for update skip locked),
        sized as (
            select *, sum(coalesce(octet_length(body), 0)) over line as bytes, row_number() over line as place
            from due window line as (order by attempts, row))
        select row, body, error, attempts from sized
        where place = 1 or attempts = 0 and bytes <= $4 order by place
        """;

    public const string Decide = """
        update bulk_rows r
        set state = u.state, order_id = u.order_id, replayed = u.replayed, errors = u.errors::jsonb, cause = null,
            key = coalesce(u.key, r.key), fingerprint = coalesce(u.fingerprint, r.fingerprint)
        from unnest($2::int[], $3::text[], $4::uuid[], $5::bool[], $6::text[], $7::text[], $8::bytea[])
            as u(row, state, order_id, replayed, errors, key, fingerprint)
        where r.job_id = $1 and r.row = u.row
        """;

    /// <summary>Serializes the checks of a job, so that each batch sees the keys of the others.</summary>
    public const string LockCheck = $"select from bulk_jobs where id = $1 and state = '{Checking}' for update";

    /// <summary>The fingerprints of these keys, in the rows already checked and, without a row, in the shop.</summary>
    public const string SelectKnownKeys = $"""
        select key, fingerprint, row from bulk_rows
        where job_id = $1 and key = any($3) and state = '{BulkRowStates.Checked}'
        union all select key, fingerprint, null from idempotency_keys where caller = $2 and key = any($3)
        """;

    /// <summary>The rows of the file that have one of these orders.</summary>
    public const string SelectRowsOfOrders =
        "select row, order_id from bulk_rows where job_id = $1 and order_id = any($2)";

    /// <summary>
    /// Counts decided rows; without effect where the job has changed since the rows were claimed, or was paused.
    /// </summary>
    public const string CountDecided = """
        update bulk_jobs
        set checked = checked + $3, accepted = accepted + $4, replayed = replayed + $5, rejected = rejected + $6,
            version = version + 1
        where id = $1 and state = $2 and not paused
        """;

    /// <summary>
    /// Counts a failure of rows whose attempts are still those that were claimed; parks a row at its $4th failure.
    /// </summary>
    public const string Fail = $"""
        with failed as (
            update bulk_rows r
            set attempts = r.attempts + 1, cause = $5,
                state = case when r.attempts + 1 >= $4 then '{BulkRowStates.Parked}' else r.state end
            from unnest($2::int[], $3::int[]) as u(row, attempts)
            where r.job_id = $1 and r.row = u.row and r.attempts = u.attempts
              and r.state in ('{BulkRowStates.Pending}', '{BulkRowStates.Checked}')
            returning r.state)
        update bulk_jobs
        set parked = parked + (select count(*) from failed where state = '{BulkRowStates.Parked}'),
            version = version + 1
        where id = $1
        """;

    public const string Retry = $"""
        with retried as (
            update bulk_rows
            set state = case
                    when j.on_error = '{BulkPolicies.RejectEverything}' then '{BulkRowStates.Checked}'
                    else '{BulkRowStates.Pending}' end,
                attempts = 1
            from bulk_jobs j
            where j.id = $1 and job_id = $1 and row = $2 and bulk_rows.state = '{BulkRowStates.Parked}'
              and j.state in ('{Running}', '{Done}')
            returning row)
        update bulk_jobs set parked = parked - 1, state = '{Running}', finished_at = null, version = version + 1
        where id = $1 and exists (select from retried)
        """;

    public const string Pause = $"""
        update bulk_jobs set paused = $2, version = version + 1
        where id = $1 and state not in ('{Done}', '{Rejected}', '{Abandoned}') and paused <> $2
        """;

    /// <summary>
    /// Ends a job that is not final. A worker that holds a batch of it cannot write the batch: the state has changed.
    /// </summary>
    public const string Abandon = $"""
        update bulk_jobs set state = '{Abandoned}', finished_at = $2, version = version + 1
        where id = $1 and state in ('{Receiving}', '{Checking}', '{Running}')
        """;

    /// <summary>The number of orders that the saga can advance, $1 at most.</summary>
    public const string Backlog = $"""
        select count(*)::int from (select from orders where {OrderConditions.Active} order by number limit $1) o
        """;
}
