using System.Globalization;
using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;

namespace DaprShop.Orders.Saga;

/// <summary>
/// The saga's decisions: what follows from the answers of Inventory and Payments, which orders need compensation, and
/// how a batch ends.
/// </summary>
internal static class SagaRules
{
    private const string PaymentAuthorised = "payment authorised: it is captured when the units are shipped";

    // Inventory announces new stock; this poll only covers a lost announcement.
    private static readonly TimeSpan WaitingPoll = TimeSpan.FromHours(1);
    private const string PaymentDeclined = "payment declined";
    private const string PaymentEnded = "the payment was ended by an earlier attempt that was interrupted";
    private const string NoOtherCard = "the card was declined and no other card was named in time";

    /// <summary>Decides what follows from Inventory's answers.</summary>
    /// <param name="outcomes">
    /// Each with the order's status when Inventory was asked: accepted, backordered, or awaiting_customer (decided).
    /// </param>
    public static SagaStepResult AfterReserve(IEnumerable<(ReserveOutcome Outcome, OrderStatus From)> outcomes)
    {
        var answers = outcomes.ToList();
        return new SagaStepResult
        {
            Changes = [.. answers.Select(a => AfterReserve(a.Outcome, a.From)).OfType<StatusChange>()],
            Reductions =
            [
                .. answers
                    .Where(a => a.Outcome.State == ReservationState.Allocated)
                    .SelectMany(a =>
                        a.Outcome.Shortages.Select(s => new LineReduction(a.Outcome.OrderId, s.Sku, s.Available))
                    ),
            ],
        };
    }

    /// <summary>
    /// Decides what follows from Payments' answers. Captured or authorised: paid. Declined: the order awaits another card
    /// where its customer may name one, else its stock is released later. Pending: the order stays reserved. Refunded: an
    /// earlier batch was interrupted while it expired the order, which stays reserved and expires in this one. An order
    /// for which no other card was named in time is declined for good, or expires if it was paid before.
    /// </summary>
    /// <param name="owned">The batch's orders; those that the answers are about among them.</param>
    public static SagaStepResult AfterCharge(
        IReadOnlyList<ChargeOutcome> outcomes,
        IReadOnlyList<OwnedOrder> owned,
        DateTimeOffset now,
        TimeSpan payWithin
    )
    {
        var expiring = owned.Where(o => IsUnpaid(o, now, payWithin)).Select(o => o.Id).ToHashSet();
        // All of its money may have been captured for a shipment that was refused.
        var lapsed = owned.Where(o => o.Lapsed).Select(o => o.Id).ToHashSet();
        var retriable = owned.Where(o => o.AnotherCard || o.Lapsed).Select(o => o.Id).ToHashSet();
        return new SagaStepResult
        {
            Changes =
            [
                .. outcomes
                    .Where(o => o.State is ChargeState.Captured or ChargeState.Authorised)
                    .Select(o => new StatusChange(
                        o.OrderId,
                        OrderStatus.Reserved,
                        OrderStatus.Paid,
                        o.State == ChargeState.Authorised ? PaymentAuthorised : null
                    )),
                .. outcomes
                    .Where(o => o.State == ChargeState.Declined && retriable.Contains(o.OrderId))
                    .Select(o => new StatusChange(
                        o.OrderId,
                        OrderStatus.Reserved,
                        OrderStatus.AwaitingPayment,
                        o.Reason ?? PaymentDeclined
                    )),
            ],
            Authorised =
            [
                .. outcomes
                    .Where(o =>
                        o.State == ChargeState.Authorised
                        || o.State == ChargeState.Captured && lapsed.Contains(o.OrderId)
                    )
                    .Select(o => o.OrderId),
            ],
            Declined =
            [
                .. outcomes
                    .Where(o =>
                        o.State == ChargeState.Declined && !retriable.Contains(o.OrderId)
                        || o.State == ChargeState.Refunded && !expiring.Contains(o.OrderId)
                    )
                    .Select(o =>
                        (o.OrderId, o.Reason ?? (o.State == ChargeState.Refunded ? PaymentEnded : PaymentDeclined))
                    ),
                .. owned
                    .Where(o => IsAwaitingAnotherCard(o) && !o.Lapsed && !(o.PayBy > now))
                    .Select(o => (o.Id, NoOtherCard)),
            ],
        };
    }

    /// <summary>Tells which compensations the batch needs once <paramref name="charged"/> is written.</summary>
    public static NeededCompensations AfterCharging(
        IReadOnlyList<OwnedOrder> owned,
        SagaStepResult charged,
        DateTimeOffset now,
        TimeSpan payWithin
    )
    {
        var changed = charged.Changes.Select(c => c.OrderId).ToHashSet();
        var declined = charged.Declined.Select(d => d.OrderId).ToHashSet();
        var orders = owned
            .Where(o => !changed.Contains(o.Id))
            .Select(o => declined.Contains(o.Id) ? o with { Declined = true } : o)
            .ToList();
        return new NeededCompensations(
            orders.Exists(o => NeedsRefund(o, now, payWithin)),
            orders.Exists(o => NeedsRelease(o, now, payWithin))
        );
    }

    /// <summary>
    /// The orders to refund. An unpaid order is among them: it may have been charged although no answer came, and a
    /// charge that is still on its way must be refused.
    /// </summary>
    public static IReadOnlyList<Guid> ToRefund(IEnumerable<OwnedOrder> owned, DateTimeOffset now, TimeSpan payWithin) =>
        [.. owned.Where(o => !o.Refunded && NeedsRefund(o, now, payWithin)).Select(o => o.Id)];

    /// <summary>
    /// The orders whose stock is to be released. An order that needs a refund keeps its stock until it is refunded:
    /// without the refund it could still be paid, and would be confirmed without stock.
    /// </summary>
    public static IReadOnlyList<Guid> ToRelease(
        IEnumerable<OwnedOrder> owned,
        DateTimeOffset now,
        TimeSpan payWithin
    ) =>
        [
            .. owned
                .Where(o =>
                    !o.StockReleased
                    && NeedsRelease(o, now, payWithin)
                    && (o.Refunded || !NeedsRefund(o, now, payWithin))
                )
                .Select(o => o.Id),
        ];

    /// <summary>
    /// Ends the batch: every order becomes final or confirmed, waits, or is requeued. An order whose need for
    /// compensation arose after the compensating activities had run (a deadline that passed meanwhile) is requeued at
    /// once.
    /// </summary>
    /// <param name="payWithin">How long an order may be reserved without being paid.</param>
    public static SagaStepResult Settle(IReadOnlyList<OwnedOrder> owned, DateTimeOffset now, TimeSpan payWithin)
    {
        var uncompensated = owned.Where(o => !IsCompensated(o, now, payWithin)).ToList();
        var ready = owned.Except(uncompensated).ToList();
        var unanswered = ready.FindAll(o =>
            o
                is { Status: OrderStatus.Accepted or OrderStatus.Reserved }
                    or { Status: OrderStatus.AwaitingCustomer, DecideBy: null }
            && !IsDeclined(o)
            && !IsUnpaid(o, now, payWithin)
        );
        var waiting = ready.FindAll(o =>
            o.Status == OrderStatus.Backordered
            || o is { Status: OrderStatus.AwaitingCustomer, DecideBy: not null } && !IsUndecided(o, now)
            || IsAwaitingAnotherCard(o) && !IsUnpaid(o, now, payWithin)
        );
        return new SagaStepResult
        {
            Changes = [.. ready.Select(o => AtEnd(o, now, payWithin)).OfType<StatusChange>()],
            Compensated = [.. ready.Where(o => o.CompensationPending).Select(o => o.Id)],
            Requeued =
            [
                .. uncompensated.Select(o => (o.Id, now)),
                .. unanswered.Select(o => (o.Id, now + Pause(o, payWithin))),
            ],
            Waiting = [.. waiting.Select(o => (o.Id, WaitsUntil(o, now)))],
            Completed = [.. ready.Except(unanswered).Except(waiting).Select(o => o.Id)],
            FinishesBatch = true,
        };
    }

    /// <summary>
    /// The wait before the next attempt: 250 ms, doubling up to 10 s. For a reserved order the upper limit is at least
    /// a thirtieth of <paramref name="payWithin"/>, so that its attempts outlast its deadline.
    /// </summary>
    public static TimeSpan Pause(OwnedOrder order, TimeSpan payWithin)
    {
        var longest = Math.Max(10_000, order.Status == OrderStatus.Reserved ? payWithin.TotalMilliseconds / 30 : 0);
        return TimeSpan.FromMilliseconds(Math.Min(longest, 250 * Math.Pow(2, Math.Max(order.Attempts - 1, 0))));
    }

    // Total over both enumerations: a test counts the pairs. An order that was only just accepted is rejected; one that
    // has waited is cancelled, with the cause.
    private static StatusChange? AfterReserve(ReserveOutcome outcome, OrderStatus from)
    {
        var refused = from == OrderStatus.Accepted ? OrderStatus.Rejected : OrderStatus.Cancelled;
        return outcome.State switch
        {
            ReservationState.Allocated when outcome.Shortages.Count > 0 => To(
                OrderStatus.Reserved,
                "reserved in part: the order goes without the rest",
                outcome.Shortages
            ),
            ReservationState.Allocated => To(OrderStatus.Reserved),
            ReservationState.Backordered when from == OrderStatus.Backordered => null,
            ReservationState.Backordered => To(OrderStatus.Backordered, Expectation(outcome.PromisedAt)),
            ReservationState.Undecided when from == OrderStatus.Accepted => To(
                OrderStatus.AwaitingCustomer,
                "not enough stock: the customer decides",
                outcome.Shortages
            ),
            ReservationState.OutOfStock => To(
                refused,
                from switch
                {
                    OrderStatus.AwaitingCustomer => "the customer's choice is no longer available",
                    OrderStatus.Backordered => "the stock can no longer be backordered",
                    _ => "out of stock",
                },
                outcome.Shortages
            ),
            ReservationState.LimitExceeded => To(refused, "exceeds the limit per customer", outcome.Shortages),
            ReservationState.Released => To(refused, "the stock was released before it was reserved"),
            // The customer has decided, or the order waits for stock: nothing is left to ask.
            _ => To(OrderStatus.NeedsAttention, $"unexpected reservation state: {outcome.State}"),
        };

        StatusChange To(OrderStatus to, string? reason = null, IReadOnlyList<Shortage>? shortages = null) =>
            new(outcome.OrderId, from, to, reason, shortages);
    }

    private static StatusChange? AtEnd(OwnedOrder order, DateTimeOffset now, TimeSpan payWithin) =>
        order switch
        {
            { Status: OrderStatus.Paid } => new(order.Id, order.Status, OrderStatus.Confirmed),
            _ when IsUndecided(order, now) => new(
                order.Id,
                order.Status,
                OrderStatus.Expired,
                "the customer did not decide in time"
            ),
            _ when IsUnpaid(order, now, payWithin) => new(
                order.Id,
                order.Status,
                OrderStatus.Expired,
                "not paid in time"
            ),
            _ when IsDeclined(order) => new(
                order.Id,
                order.Status,
                OrderStatus.Rejected,
                order.Status == OrderStatus.AwaitingPayment ? NoOtherCard : null
            ),
            _ => null,
        };

    private static DateTimeOffset WaitsUntil(OwnedOrder order, DateTimeOffset now) =>
        order.Status switch
        {
            OrderStatus.AwaitingCustomer => order.DecideBy!.Value,
            OrderStatus.AwaitingPayment => order.PayBy ?? now,
            _ => now + WaitingPoll,
        };

    /// <summary>What a customer whose order waits for stock is told.</summary>
    public static string Expectation(DateTimeOffset? promisedAt) =>
        promisedAt is { } at
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"backordered: stock is expected by {at.UtcDateTime:yyyy-MM-dd}"
            )
            : "backordered: no delivery date is known";

    private static bool IsCompensated(OwnedOrder order, DateTimeOffset now, TimeSpan payWithin) =>
        (order.Refunded || !NeedsRefund(order, now, payWithin))
        && (order.StockReleased || !NeedsRelease(order, now, payWithin));

    private static bool NeedsRefund(OwnedOrder order, DateTimeOffset now, TimeSpan payWithin) =>
        order.CompensationPending || IsUnpaid(order, now, payWithin);

    private static bool NeedsRelease(OwnedOrder order, DateTimeOffset now, TimeSpan payWithin) =>
        NeedsRefund(order, now, payWithin) || IsDeclined(order) || IsUndecided(order, now);

    private static bool IsUndecided(OwnedOrder order, DateTimeOffset now) =>
        order.Status == OrderStatus.AwaitingCustomer && order.DecideBy <= now;

    // An order whose authorisation has lapsed may have captured money already: it is refunded at its deadline.
    private static bool IsUnpaid(OwnedOrder order, DateTimeOffset now, TimeSpan payWithin) =>
        order is { Status: OrderStatus.Reserved, Declined: false } && order.StatusSince + payWithin <= now
        || IsAwaitingAnotherCard(order) && order.Lapsed && !(order.PayBy > now);

    private static bool IsAwaitingAnotherCard(OwnedOrder order) =>
        order is { Status: OrderStatus.AwaitingPayment, Declined: false };

    private static bool IsDeclined(OwnedOrder order) =>
        order is { Status: OrderStatus.Reserved or OrderStatus.AwaitingPayment, Declined: true };
}
