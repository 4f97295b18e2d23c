using System.Globalization;
using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;

namespace DaprShop.Orders.Saga;

/// <summary>What follows from the answers of Inventory and Payments. Pure: the shell asks, this decides, the shell writes.</summary>
internal static class SagaRules
{
    // Inventory tells when stock has come; asking anyway, now and then, costs next to nothing.
    private static readonly TimeSpan AskAgain = TimeSpan.FromHours(1);

    /// <summary>Reserved, waiting for stock, or rejected for want of it.</summary>
    /// <param name="outcomes">Of orders in the status that stands beside them: accepted, backordered, or awaiting their customer, who has decided.</param>
    public static StepResult AfterReserve(IEnumerable<(ReserveOutcome Outcome, OrderStatus From)> outcomes) =>
        new()
        {
            Moves =
            [
                .. outcomes
                    .Select(o =>
                        (o.Outcome.State, o.From) switch
                        {
                            (ReservationState.Allocated, _) => new Move(
                                o.Outcome.OrderId,
                                o.From,
                                OrderStatus.Reserved,
                                o.Outcome.Shortages.Count > 0 ? "takes what is there" : null,
                                o.Outcome.Shortages.Count > 0 ? o.Outcome.Shortages : null
                            ),
                            (ReservationState.Undecided, OrderStatus.Accepted) => new Move(
                                o.Outcome.OrderId,
                                o.From,
                                OrderStatus.AwaitingCustomer,
                                "not enough stock: the customer decides",
                                o.Outcome.Shortages
                            ),
                            (ReservationState.Backordered, OrderStatus.Backordered) => null,
                            (ReservationState.Backordered, _) => new Move(
                                o.Outcome.OrderId,
                                o.From,
                                OrderStatus.Backordered,
                                Expectation(o.Outcome.PromisedAt)
                            ),
                            (_, OrderStatus.Backordered) => new Move(
                                o.Outcome.OrderId,
                                o.From,
                                OrderStatus.NeedsAttention,
                                $"its claim on stock is {o.Outcome.State}"
                            ),
                            (ReservationState.OutOfStock, OrderStatus.AwaitingCustomer) => new Move(
                                o.Outcome.OrderId,
                                o.From,
                                OrderStatus.Cancelled,
                                "what the customer chose cannot be had",
                                o.Outcome.Shortages
                            ),
                            (_, OrderStatus.AwaitingCustomer) => new Move(
                                o.Outcome.OrderId,
                                o.From,
                                OrderStatus.NeedsAttention,
                                $"its claim on stock is {o.Outcome.State}"
                            ),
                            (ReservationState.OutOfStock, _) => new Move(
                                o.Outcome.OrderId,
                                o.From,
                                OrderStatus.Rejected,
                                "out of stock",
                                o.Outcome.Shortages
                            ),
                            (ReservationState.LimitExceeded, _) => new Move(
                                o.Outcome.OrderId,
                                o.From,
                                OrderStatus.Rejected,
                                "more than one customer may have",
                                o.Outcome.Shortages
                            ),
                            _ => new Move(
                                o.Outcome.OrderId,
                                o.From,
                                OrderStatus.Rejected,
                                "its stock was released before it was reserved"
                            ),
                        }
                    )
                    .OfType<Move>(),
            ],
            Cuts =
            [
                .. outcomes
                    .Where(o => o.Outcome.State == ReservationState.Allocated)
                    .SelectMany(o => o.Outcome.Shortages.Select(s => new Cut(o.Outcome.OrderId, s.Sku, s.Available))),
            ],
        };

    /// <summary>Paid, or refused; who has no answer yet stays reserved, and so does who was given up for unpaid by a batch that did not come to its end.</summary>
    /// <param name="asked">The orders that the answers are about.</param>
    public static StepResult AfterCharge(
        IReadOnlyList<ChargeOutcome> outcomes,
        IEnumerable<OwnedOrder> asked,
        DateTimeOffset now,
        TimeSpan payWithin
    )
    {
        var expiring = asked.Where(o => IsUnpaid(o, now, payWithin)).Select(o => o.Id).ToHashSet();
        return new StepResult
        {
            Moves =
            [
                .. outcomes
                    .Where(o => o.State == ChargeState.Captured)
                    .Select(o => new Move(o.OrderId, OrderStatus.Reserved, OrderStatus.Paid)),
            ],
            Declined =
            [
                .. outcomes
                    .Where(o =>
                        o.State == ChargeState.Declined
                        || o.State == ChargeState.Refunded && !expiring.Contains(o.OrderId)
                    )
                    .Select(o => (o.OrderId, o.Reason ?? "payment declined")),
            ],
        };
    }

    /// <summary>The orders whose stock must go back before the batch can be settled.</summary>
    public static IReadOnlyList<Guid> ToRelease(
        IEnumerable<OwnedOrder> owned,
        DateTimeOffset now,
        TimeSpan payWithin
    ) =>
        [
            .. owned
                .Where(o => o.Undo || IsDeclined(o) || IsUndecided(o, now) || IsUnpaid(o, now, payWithin))
                .Select(o => o.Id),
        ];

    /// <summary>The orders whose money must go back before that. An unpaid one may have been charged without an answer; and no charge of it is to succeed later.</summary>
    public static IReadOnlyList<Guid> ToRefund(IEnumerable<OwnedOrder> owned, DateTimeOffset now, TimeSpan payWithin) =>
        [.. owned.Where(o => o.Undo || IsUnpaid(o, now, payWithin)).Select(o => o.Id)];

    /// <summary>The batch's end, after releases and refunds: every order is final, confirmed, or put back for another attempt.</summary>
    /// <param name="payWithin">How long an order may be reserved without being paid.</param>
    public static StepResult Settle(IReadOnlyList<OwnedOrder> owned, DateTimeOffset now, TimeSpan payWithin)
    {
        var unanswered = owned
            .Where(o =>
                o
                    is { Status: OrderStatus.Accepted or OrderStatus.Reserved }
                        or { Status: OrderStatus.AwaitingCustomer, DecideBy: null }
                && !IsDeclined(o)
                && !IsUnpaid(o, now, payWithin)
            )
            .ToList();
        var waiting = owned
            .Where(o =>
                o.Status == OrderStatus.Backordered
                || o is { Status: OrderStatus.AwaitingCustomer, DecideBy: not null } && !IsUndecided(o, now)
            )
            .ToList();
        return new StepResult
        {
            Moves =
            [
                .. owned
                    .Select(o =>
                        o switch
                        {
                            { Status: OrderStatus.Paid } => new Move(o.Id, OrderStatus.Paid, OrderStatus.Confirmed),
                            _ when IsUndecided(o, now) => new Move(
                                o.Id,
                                o.Status,
                                OrderStatus.Expired,
                                "the customer did not decide in time"
                            ),
                            _ when IsUnpaid(o, now, payWithin) => new Move(
                                o.Id,
                                o.Status,
                                OrderStatus.Expired,
                                "it was not paid in time"
                            ),
                            _ when IsDeclined(o) => new Move(o.Id, OrderStatus.Reserved, OrderStatus.Rejected),
                            _ => null,
                        }
                    )
                    .OfType<Move>(),
            ],
            Undone = [.. owned.Where(o => o.Undo).Select(o => o.Id)],
            PutBack = [.. unanswered.Select(o => (o.Id, now + Pause(o, payWithin)))],
            Waiting = [.. waiting.Select(o => (o.Id, o.DecideBy ?? now + AskAgain))],
            LetGo = [.. owned.Except(unanswered).Except(waiting).Select(o => o.Id)],
            Finish = true,
        };
    }

    /// <summary>
    /// The wait before the next attempt: a quarter of a second, doubling, ten seconds at most; while money is waited for, a thirtieth of the time that it has,
    /// so that the attempts do not run out before the time does.
    /// </summary>
    public static TimeSpan Pause(OwnedOrder order, TimeSpan payWithin)
    {
        var longest = Math.Max(10_000, order.Status == OrderStatus.Reserved ? payWithin.TotalMilliseconds / 30 : 0);
        return TimeSpan.FromMilliseconds(Math.Min(longest, 250 * Math.Pow(2, Math.Max(order.Attempts - 1, 0))));
    }

    private static string Expectation(DateTimeOffset? promisedAt) =>
        promisedAt is { } at
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"waits for stock that is expected by {at.UtcDateTime:yyyy-MM-dd}"
            )
            : "waits for stock; no date is known";

    private static bool IsUndecided(OwnedOrder order, DateTimeOffset now) =>
        order.Status == OrderStatus.AwaitingCustomer && order.DecideBy <= now;

    private static bool IsUnpaid(OwnedOrder order, DateTimeOffset now, TimeSpan payWithin) =>
        order is { Status: OrderStatus.Reserved, Declined: false } && order.Since + payWithin <= now;

    private static bool IsDeclined(OwnedOrder order) => order is { Status: OrderStatus.Reserved, Declined: true };
}
