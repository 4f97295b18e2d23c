using DaprShop.Orders.Model;

namespace DaprShop.Orders.Saga;

/// <summary>The saga's statements. Whoever moves an order must own it: <c>batch_id</c> is the fence.</summary>
internal static class SagaStatements
{
    /// <summary>Claims due orders, the oldest first, cut into batches of $2 with the ids $1. Compensations are never given up.</summary>
    public const string Claim = $"""
        with due as (
            select id, number from orders where {OrdersDbContext.Claimable} and due_at <= $4 and (undo or attempts < $5)
            order by number limit cardinality($1::uuid[]) * $2 for update skip locked),
        placed as (select id, number, ($1::uuid[])[(row_number() over (order by number) - 1) / $2 + 1] as batch from due),
        claimed as (
            update orders o set batch_id = p.batch, attempts = o.attempts + 1, due_at = 'infinity' from placed p where o.id = p.id
            returning o.id, o.number, o.batch_id)
        insert into batches (id, worker, order_ids, started_at, progressed_at, abandoned)
        select batch_id, $3, array_agg(id order by number), $4, $4, false from claimed group by batch_id
        returning id, cardinality(order_ids)
        """;

    /// <summary>The orders that batch $1 still owns, in order of arrival.</summary>
    public const string Owned = """
        select o.id, o.status, o.total, o.payment_token, o.payment, o.undo, o.attempts, o.decide_by, o.updated_at
        from batches b join orders o on o.id = any(b.order_ids) and o.batch_id = b.id
        where b.id = $1 order by o.number
        """;

    /// <summary>Those that need stock, with their lines.</summary>
    public const string OwnedLines = """
        select l.order_id, l.sku, l.quantity, o.customer, o.number, o.on_shortage, o.hold_id, o.status
        from batches b join orders o on o.id = any(b.order_ids) and o.batch_id = b.id join order_lines l on l.order_id = o.id
        where b.id = $1 and (o.status in ('accepted', 'backordered') or o.status = 'awaiting_customer' and o.decide_by is null) order by o.number, l.line
        """;

    /// <summary>Moves orders that batch $1 owns, each from the status that the decision was made on. What its customer was asked for is moved by who decided.</summary>
    public const string Move = """
        update orders o
        set status = u.next, version = o.version + 1, reason = coalesce(u.reason, o.reason), shortages = coalesce(u.shortages::jsonb, o.shortages), updated_at = $7,
            decide_by = case when u.next = 'awaiting_customer' then $8::timestamptz end
        from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[]) as u(id, previous, next, reason, shortages)
        where o.id = u.id and o.status = u.previous and o.batch_id = $1
        returning o.id, u.previous, o.status, o.version, u.reason, case when u.previous = 'awaiting_customer' and u.next <> 'needs_attention' then o.decided_by end
        """;

    /// <summary>Cancels what the order wanted of a SKU beyond the $4 units that it keeps, from its last lines on. Run twice, it changes nothing the second time.</summary>
    public const string Cut = """
        update order_lines l set cancelled = l.quantity - least(l.quantity, greatest(0, u.keep - before.units))
        from unnest($2::uuid[], $3::text[], $4::bigint[]) as u(id, sku, keep) join orders o on o.id = u.id and o.batch_id = $1,
             lateral (select k.line, sum(k.quantity) over (order by k.line) - k.quantity as units from order_lines k where k.order_id = u.id and k.sku = u.sku) before
        where l.order_id = u.id and l.line = before.line
        """;

    /// <summary>What the orders come to without what was cancelled.</summary>
    public const string Total = """
        update orders o set total = (select sum((l.quantity - l.cancelled) * l.unit_price) from order_lines l where l.order_id = o.id)
        where o.id = any($2) and o.batch_id = $1
        """;

    /// <summary>Notes a refused payment; what follows from it is settled later.</summary>
    public const string Decline = """
        update orders o set payment = 'declined', reason = u.reason
        from unnest($2::uuid[], $3::text[]) as u(id, reason) where o.id = u.id and o.batch_id = $1
        """;

    /// <summary>The compensations of these orders are done.</summary>
    public const string Undone = "update orders set undo = false where id = any($2) and batch_id = $1";

    /// <summary>Lets go of what is finished.</summary>
    public const string LetGo = "update orders set batch_id = null where id = any($2) and batch_id = $1";

    /// <summary>Puts orders back, to be claimed again from $3 on.</summary>
    public const string PutBack = """
        update orders o set batch_id = null, due_at = u.due_at
        from unnest($2::uuid[], $3::timestamptz[]) as u(id, due_at) where o.id = u.id and o.batch_id = $1
        """;

    /// <summary>Lets orders wait for stock, unless somebody wants them sooner. Waiting is no failed attempt.</summary>
    public const string Wait = """
        update orders o set batch_id = null, due_at = least(o.due_at, u.due_at), attempts = 0
        from unnest($2::uuid[], $3::timestamptz[]) as u(id, due_at) where o.id = u.id and o.batch_id = $1
        """;

    /// <summary>Stock has come for these orders: whoever owns them now, they are due when it lets go.</summary>
    public const string Wake =
        "update orders set due_at = $2 where id = any($1) and status in ('accepted', 'backordered', 'awaiting_customer') and decide_by is null";

    public const string Progress = "update batches set progressed_at = $2 where id = $1 and finished_at is null";

    public const string Finish = "update batches set finished_at = $2 where id = $1 and finished_at is null";

    public const string Finished = "select id from batches where id = any($1) and finished_at is not null";

    /// <summary>
    /// Takes the orders of batches that stood still since $2 away from them. A zombie's activities then own nothing. The more often that has happened the later
    /// they are tried again, up to ten minutes: so all attempts last for hours, through an outage, and what fails by itself parts from its neighbours.
    /// </summary>
    public const string Abandon = """
        with stale as (
            update batches set finished_at = $1, abandoned = true where finished_at is null and progressed_at < $2 returning id, order_ids)
        update orders o set batch_id = null, due_at = $1 + least(o.attempts * o.attempts / 2, 600) * interval '1 second' from stale s where o.id = any(s.order_ids) and o.batch_id = s.id
        returning o.id
        """;

    /// <summary>Claims, for batch $1, what has been tried $2 times in vain.</summary>
    public const string Exhausted = $"""
        update orders set batch_id = $1 where {OrdersDbContext.Claimable} and attempts >= $2 and not undo
        returning id, status
        """;
}
