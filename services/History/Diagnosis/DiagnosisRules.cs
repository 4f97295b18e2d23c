using System.Globalization;
using DaprShop.Contracts;

namespace DaprShop.History.Diagnosis;

/// <summary>Finds out why an order has its status: the actual cause first, then what else matters.</summary>
internal static class DiagnosisRules
{
    /// <summary>The findings, each once; the first is the actual cause.</summary>
    public static IReadOnlyList<Finding> Explain(Evidence e)
    {
        IEnumerable<Finding> findings =
            e.Order is { CompensationPending: false } order && HasFinishedSaga(order.Status)
                ? [.. Uncaptured(order), .. Shortfalls(e), .. OpenFulfilments(e), .. Unpublished(e), Finished(order)]
                : [.. Causes(e), .. Unpublished(e)];
        return [.. findings.Concat(HistoryLag(e)).Concat(UnavailableServices(e)).DistinctBy(f => f.Text)];
    }

    private static IEnumerable<Finding> Shortfalls(Evidence e) =>
        (e.Claims?.Allocations ?? [])
            .Where(a => a.Missing > 0)
            .Select(a => new Finding(
                "stock-short",
                $"{Count(a.Missing, "unit")} of {a.Sku} that are promised at {a.Location} are missing: "
                    + "the order may be late. Ship it when they are found or replaced, or cancel the units that "
                    + "cannot be delivered: POST /orders/{id}/cancellations."
            ));

    private static IEnumerable<Finding> Uncaptured(OrderState order) =>
        (order.Status, order.Payment) switch
        {
            ("confirmed" or "shipped", "lapsed") =>
            [
                new(
                    "payment-lapsed",
                    "The authorisation of the payment has ended and could not be renewed: nothing can be shipped until "
                        + "the customer pays anew."
                ),
            ],
            ("confirmed" or "shipped", "capture_failed") =>
            [
                new(
                    "capture-failed",
                    "The money for the last shipment could not be captured, so its units have not left. Another shipment "
                        + "tries again."
                ),
            ],
            _ => [],
        };

    private static bool HasFinishedSaga(string status) =>
        status is "confirmed" or "shipped" or "delivered" or "rejected" or "cancelled" or "expired";

    private static Finding Finished(OrderState order) =>
        new("finished", $"The order's saga has finished: the order is {order.Status}{Because(order.Reason)}.");

    private static IEnumerable<Finding> OpenFulfilments(Evidence e) =>
        e.Order!.OpenFulfilments.SelectMany(p =>
            (p.Kind, p.State) switch
            {
                ("shipment", _) =>
                [
                    .. Unavailable(e, Apps.Inventory),
                    new Finding(
                        "shipment-preparing",
                        $"Shipment {p.Number} is being prepared: {Count(p.Attempts, "attempt")} so far, "
                            + $"next at {Time(p.DueAt)}."
                    ),
                ],
                ("cancellation", _) =>
                [
                    .. Unavailable(e, Apps.Inventory, Apps.Payments),
                    new Finding(
                        "cancellation-unsettled",
                        $"Cancelled units (cancellation {p.Number}) are off the order; their release and refund are not "
                            + $"complete yet: {Count(p.Attempts, "attempt")} so far, next at {Time(p.DueAt)}."
                    ),
                ],
                (_, "requested") =>
                [
                    new Finding("return-requested", $"Return {p.Number} is waiting for an operator's decision."),
                ],
                _ => (IEnumerable<Finding>)
                    [
                        .. Unavailable(e, Apps.Inventory, Apps.Payments),
                        new Finding(
                            "return-unsettled",
                            $"Return {p.Number} is decided and not settled yet: {Count(p.Attempts, "attempt")} so far, "
                                + $"next at {Time(p.DueAt)}."
                        ),
                    ],
            }
        );

    private static IEnumerable<Finding> Unavailable(Evidence e, params IEnumerable<string> needed) =>
        needed.Where(app => !HasAnswered(e, app)).Select(ServiceUnavailable);

    private static IEnumerable<Finding> Causes(Evidence e)
    {
        if (e.Order is not { } order)
            return [ServiceUnavailable(Apps.Orders)];
        return order switch
        {
            { CompensationPending: true } =>
            [
                .. Obstacles(e, order, Apps.Payments, Apps.Inventory),
                new(
                    "compensation-pending",
                    $"The order is {order.Status}; its refund and the release of its stock are pending."
                ),
            ],
            { Status: "needs_attention" } =>
            [
                new("needs-attention", $"An operator needs to review the order{Because(order.Reason)}."),
            ],
            { Status: "backordered" } => [.. OpenFulfilments(e), .. Backordered(e, order)],
            { Status: "awaiting_customer", DecideBy: { } until } when until > e.Now =>
            [
                new(
                    "waiting-for-customer",
                    $"Stock does not cover the order; the customer can decide until {Time(until)}."
                ),
            ],
            { Status: "awaiting_payment", Payment: null, PayBy: { } until } when until > e.Now =>
            [
                new(
                    "waiting-for-card",
                    $"The card was declined{Because(order.Reason)}; the customer can name another one until {Time(until)}."
                ),
            ],
            { Status: "awaiting_payment", Payment: "lapsed", PayBy: { } until } when until > e.Now =>
            [
                new(
                    "waiting-for-card",
                    $"The authorisation of the payment has ended; the customer can name another card until {Time(until)}."
                ),
            ],
            { Status: "awaiting_payment", Payment: null or "lapsed" } =>
            [
                .. Obstacles(e, order),
                .. Progress(e, order),
            ],
            { Status: "reserved" or "awaiting_payment", Payment: "declined" } =>
            [
                .. Obstacles(e, order, Apps.Inventory),
                new(
                    "compensation-pending",
                    $"The payment was declined{Because(order.Reason)}; the release of the order's stock is pending."
                ),
            ],
            { Status: "reserved" } =>
            [
                .. Obstacles(e, order, Apps.Payments),
                .. Unpaid(e, order),
                .. Progress(e, order),
            ],
            { Status: "paid" } => [.. Obstacles(e, order), .. Progress(e, order)],
            _ => [.. Obstacles(e, order, Apps.Inventory), .. Progress(e, order)],
        };
    }

    /// <summary>What keeps the saga from its next step, whichever that is.</summary>
    private static IEnumerable<Finding> Obstacles(Evidence e, OrderState order, params IEnumerable<string> needed)
    {
        if (order is { BatchId: null, Slots: 0 } && !(order.DueAt > e.Now))
            yield return new("saga-paused", "An operator has paused the saga: it has 0 slots.");
        foreach (var unavailable in Unavailable(e, needed))
            yield return unavailable;
        if (order.BatchId is { } batch && order.StaleAt < e.Now)
            yield return new(
                "batch-stalled",
                $"The order's batch {batch} has not progressed since {Time(order.ProgressedAt!.Value)}."
            );
    }

    private static IEnumerable<Finding> Backordered(Evidence e, OrderState order)
    {
        if (e.Claims is null)
            yield return ServiceUnavailable(Apps.Inventory);
        foreach (var line in e.Claims?.Backorders ?? [])
            yield return new(
                "waiting-for-stock",
                $"The order is waiting for {Count(line.Missing, "unit")} of {line.Sku}: "
                    + $"position {line.Position} in the queue, "
                    + (line.PromisedAt is { } date ? $"expected {Time(date)}." : "no date known.")
            );
        if (e.Claims is { Backorders.Count: > 0 })
            yield break;
        foreach (var finding in Obstacles(e, order).Concat(Progress(e, order)))
            yield return finding;
    }

    private static IEnumerable<Finding> Unpaid(Evidence e, OrderState order) =>
        e.Payment is { State: "pending", ChargeAttempts: > 0 } payment
            ?
            [
                new(
                    "payment-unanswered",
                    $"The payment provider has not answered {Count(payment.ChargeAttempts, "charge request")}"
                        + NextAttempt(order)
                        + (order.PayBy is { } until ? $"; the order expires unpaid at {Time(until)}." : ".")
                ),
            ]
            : [];

    private static IEnumerable<Finding> Progress(Evidence e, OrderState order) =>
        order switch
        {
            { BatchId: { } batch, BatchStartedAt: { } since } =>
            [
                new("in-progress", $"Batch {batch} has been processing the order since {Time(since)}."),
            ],
            { Attempts: > 0, DueAt: { } due } when due > e.Now =>
            [
                new("attempts-failed", $"{Count(order.Attempts, "attempt")} failed{NextAttempt(order)}."),
            ],
            _ => [new("waiting-for-batch", "The order is due; the next free batch will process it.")],
        };

    /// <summary>What keeps the order's events from appearing in its timeline.</summary>
    private static IEnumerable<Finding> Unpublished(Evidence e)
    {
        foreach (var parked in e.Parked)
            yield return new("event-parked", $"{Name(parked)} could not be applied and is parked.");
        foreach (var (app, outbox) in Outboxes(e))
        {
            if (outbox.Unpublished > 0)
                yield return new(
                    "event-not-published",
                    $"{Count(outbox.Unpublished, "event")} of the order not published yet: "
                        + $"the relay of {app} is {Count(outbox.Head - outbox.Relayed, "event")} behind."
                );
        }
    }

    private static string Name(ParkedEvent parked) =>
        parked.Position is { } position
            ? $"Event {position.ToString(CultureInfo.InvariantCulture)} of {parked.Producer}"
            : $"An unreadable event of {parked.Producer}";

    // A busy shop always lags a little: this explains only why the timeline may be incomplete.
    private static IEnumerable<Finding> HistoryLag(Evidence e) =>
        Outboxes(e)
            .Select(o => (o.App, Events: o.Outbox.Head - e.Applied.GetValueOrDefault(o.App)))
            .Where(o => o.Events > 0)
            .Select(o => new Finding("history-behind", $"History is {Count(o.Events, "event")} behind {o.App}."));

    private static IEnumerable<(string App, OutboxState Outbox)> Outboxes(Evidence e) =>
        new[] { (Apps.Orders, e.Order?.Outbox), (Apps.Inventory, e.Claims?.Outbox), (Apps.Payments, e.Payment?.Outbox) }
            .Where(o => o.Item2 is not null)
            .Select(o => (o.Item1, o.Item2!));

    private static IEnumerable<Finding> UnavailableServices(Evidence e) =>
        Unavailable(e, Apps.Orders, Apps.Inventory, Apps.Payments);

    private static bool HasAnswered(Evidence e, string app) =>
        app switch
        {
            Apps.Orders => e.Order is not null,
            Apps.Inventory => e.Claims is not null,
            _ => e.Payment is not null,
        };

    private static Finding ServiceUnavailable(string app) => new("service-unavailable", $"{app} does not answer.");

    private static string Because(string? reason) => reason is null ? "" : $": {reason}";

    private static string NextAttempt(OrderState order) =>
        order.DueAt is { } due ? $"; next attempt at {Time(due)}" : "";

    private static string Count(long number, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {noun}{(number == 1 ? "" : "s")}");

    private static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
