using DaprShop.Orders.Model;
using static DaprShop.Orders.Model.OrderStatusNames;

namespace DaprShop.Orders.Saga;

/// <summary>
/// The saga's statements. <c>orders.batch_id</c> is the fence: a statement changes only orders that the batch $1 still
/// owns.
/// </summary>
internal static class SagaStatements
{
    /// <summary>
    /// Claims due orders, oldest first, into batches of $2 with the ids $1, at the time $3. Orders with $4 attempts are
    /// left to an operator, except compensations, which are retried for ever.
    /// </summary>
    public const string Claim = $"""
        with due as (
            select id, number from orders
            where {OrderConditions.Claimable} and due_at <= $3 and (compensation_pending or attempts < $4)
            order by number limit cardinality($1::uuid[]) * $2 for update skip locked),
        placed as (
            select id, number, ($1::uuid[])[(row_number() over (order by number) - 1) / $2 + 1] as batch from due),
        claimed as (
            update orders o
            set batch_id = p.batch, attempts = o.attempts + 1, due_at = 'infinity',
                refunded = false, stock_released = false
            from placed p where o.id = p.id
            returning o.id, o.number, o.batch_id)
        insert into batches (id, order_ids, started_at, progressed_at, abandoned)
        select batch_id, array_agg(id order by number), $3, $3, false from claimed group by batch_id
        returning id, cardinality(order_ids) as orders
        """;

    /// <summary>The orders that batch $1 still owns, in order of arrival.</summary>
    public const string SelectOwned = $"""
        select o.id, o.status, o.total, o.payment_token,
               o.payment is not distinct from '{OrderPayments.Declined}' as declined, o.compensation_pending,
               o.refunded, o.stock_released, o.attempts, o.decide_by,
               o.updated_at as status_since, o.another_card, o.pay_by, o.payment_attempt,
               o.payment is not distinct from '{OrderPayments.Lapsed}' as lapsed
        from batches b join orders o on o.id = any(b.order_ids) and o.batch_id = b.id
        where b.id = $1 order by o.number
        """;

    /// <summary>The lines of the owned orders that need stock.</summary>
    public const string SelectOwnedLines = $"""
        select l.order_id, o.customer, o.number, o.on_shortage, o.hold_id, o.status, l.sku,
            l.quantity - l.cancelled as quantity, l.stocked
        from batches b
        join orders o on o.id = any(b.order_ids) and o.batch_id = b.id
        join order_lines l on l.order_id = o.id
        where b.id = $1 and l.quantity > l.cancelled
          and (o.status in ('{Accepted}', '{Backordered}') or o.status = '{AwaitingCustomer}' and o.decide_by is null)
        order by o.number, l.line
        """;

    /// <summary>
    /// Changes the status of owned orders, each from the status that the decision was based on. A change that carries
    /// out the customer's decision names the user who made it. The time to name another card begins with the first
    /// decline: declined cards do not hold stock for ever.
    /// </summary>
    public const string ChangeStatus = $"""
        update orders o
        set status = u.next, version = o.version + 1, reason = coalesce(u.reason, o.reason),
            shortages = coalesce(u.shortages::jsonb, o.shortages), updated_at = $7,
            decide_by = case when u.next = '{AwaitingCustomer}' then $8::timestamptz end,
            pay_by = case when u.next = '{AwaitingPayment}' then coalesce(o.pay_by, $9::timestamptz) else o.pay_by end
        from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[])
            as u(id, previous, next, reason, shortages)
        where o.id = u.id and o.status = u.previous and o.batch_id = $1
        returning o.id, u.previous, o.status, o.version, u.reason,
            case when u.previous = '{AwaitingCustomer}' and u.next <> '{NeedsAttention}' then o.decided_by end as actor
        """;

    /// <summary>
    /// Cancels units of a SKU beyond the $4 that the order keeps, starting with its last lines. Repeating it changes
    /// nothing.
    /// </summary>
    public const string ReduceLines = """
        update order_lines l
        set cancelled = l.quantity - least(l.quantity - l.cancelled, greatest(0, u.keep - before.units))
        from unnest($2::uuid[], $3::text[], $4::bigint[]) as u(id, sku, keep)
        join orders o on o.id = u.id and o.batch_id = $1,
        lateral (
            select k.line,
                sum(k.quantity - k.cancelled) over (order by k.line) - (k.quantity - k.cancelled) as units
            from order_lines k where k.order_id = u.id and k.sku = u.sku) before
        where l.order_id = u.id and l.line = before.line
        """;

    /// <summary>The totals of reduced orders, without the cancelled units.</summary>
    public const string UpdateTotals = """
        update orders o
        set total = (select sum((l.quantity - l.cancelled) * l.unit_price) from order_lines l where l.order_id = o.id)
        where o.id = any($2) and o.batch_id = $1
        """;

    /// <summary>
    /// Records payments that are declined for good, before the stock is released: from then on no other card is taken.
    /// Settling rejects the orders.
    /// </summary>
    public const string MarkDeclined = """
        update orders o set payment = 'declined', reason = u.reason
        from unnest($2::uuid[], $3::text[]) as u(id, reason) where o.id = u.id and o.batch_id = $1
        """;

    /// <summary>Records payments that are authorised and not captured yet.</summary>
    public const string MarkAuthorised =
        $"update orders set payment = '{OrderPayments.Authorised}' where id = any($2) and batch_id = $1";

    /// <summary>Records that this batch has refunded the orders.</summary>
    public const string MarkRefunded = "update orders set refunded = true where id = any($2) and batch_id = $1";

    /// <summary>Records that this batch has released the orders' stock.</summary>
    public const string MarkStockReleased =
        "update orders set stock_released = true where id = any($2) and batch_id = $1";

    /// <summary>Records that the orders' compensation is complete.</summary>
    public const string MarkCompensated =
        "update orders set compensation_pending = false where id = any($2) and batch_id = $1";

    /// <summary>Ends the batch's ownership of completed orders.</summary>
    public const string Complete = "update orders set batch_id = null where id = any($2) and batch_id = $1";

    /// <summary>
    /// Returns orders to the queue, to be claimed from $3 on, or from the earlier time that a resume has set meanwhile.
    /// </summary>
    public const string Requeue = """
        update orders o set batch_id = null, due_at = least(o.due_at, u.due_at)
        from unnest($2::uuid[], $3::timestamptz[]) as u(id, due_at) where o.id = u.id and o.batch_id = $1
        """;

    /// <summary>
    /// Lets orders wait until $3, or until the earlier time that a resume has set meanwhile. Waiting is no failed
    /// attempt.
    /// </summary>
    public const string Wait = """
        update orders o set batch_id = null, due_at = least(o.due_at, u.due_at), attempts = 0
        from unnest($2::uuid[], $3::timestamptz[]) as u(id, due_at) where o.id = u.id and o.batch_id = $1
        """;

    /// <summary>
    /// Makes the orders $1, for which stock was allocated or whose payment was answered, due at $2; an order that a batch
    /// owns becomes due when the batch ends.
    /// </summary>
    public const string Resume = $"""
        update orders set due_at = $2
        where id = any($1) and decide_by is null
          and status in ('{Accepted}', '{Backordered}', '{AwaitingCustomer}', '{Reserved}')
        """;

    public const string RecordProgress = "update batches set progressed_at = $2 where id = $1 and finished_at is null";

    public const string Finish = "update batches set finished_at = $2 where id = $1 and finished_at is null";

    public const string SelectUnfinished = "select id from batches where finished_at is null order by progressed_at";

    /// <summary>Those of the batches $1 that are finished or abandoned.</summary>
    public const string SelectFinished = "select id from batches where id = any($1) and finished_at is not null";

    /// <summary>
    /// Abandons batches without progress since $2: their orders lose their owner, so a late activity of such a batch
    /// changes nothing. The next claim is delayed by attempts² / 2 seconds, ten minutes at most: all attempts together
    /// outlast an outage of hours, and an order that makes its batches fail is separated from its neighbours.
    /// </summary>
    public const string Abandon = """
        with stale as (
            update batches set finished_at = $1, abandoned = true where finished_at is null and progressed_at < $2
            returning id, order_ids)
        update orders o
        set batch_id = null, due_at = $1 + least(o.attempts * o.attempts / 2, 600) * interval '1 second'
        from stale s where o.id = any(s.order_ids) and o.batch_id = s.id
        returning o.id
        """;

    /// <summary>Claims, for the batch id $1, orders that were claimed $2 times without an end.</summary>
    public const string ClaimExhausted = $"""
        update orders set batch_id = $1
        where {OrderConditions.Claimable} and attempts >= $2 and not compensation_pending
        returning id, status
        """;
}
