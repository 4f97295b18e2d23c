using System.Globalization;
using DaprShop.Contracts;

namespace DaprShop.History.Domain;

/// <summary>Something that explains where an order stands. <paramref name="Code"/> is stable; <paramref name="Text"/> is for people.</summary>
internal sealed record Finding(string Code, string Text);

/// <summary>An event of the order that History could not apply.</summary>
internal sealed record ParkedEvent(string Producer, long? Position);

/// <summary>All that is known of an order. A part is null where its service does not answer.</summary>
/// <param name="Seen">Per producer, how far History has read its log.</param>
internal sealed record Evidence(
    OrderState? Order,
    OrderClaims? Claims,
    OrderPayment? Payment,
    IReadOnlyList<ParkedEvent> Parked,
    IReadOnlyDictionary<string, long> Seen,
    DateTimeOffset Now
);

/// <summary>Says why an order is where it is: the true cause first, then what else is to be known.</summary>
internal static class Diagnosis
{
    public static IReadOnlyList<Finding> Of(Evidence e)
    {
        var rest = e.Order is { Undo: false } order && IsAtRest(order.Status);
        return
        [
            .. (
                rest
                    ? [.. Parcels(e), .. Untold(e), Finished(e.Order!)]
                    : (IEnumerable<Finding>)[.. Causes(e), .. Untold(e)]
            )
                .Concat(Behind(e))
                .Concat(Away(e))
                .DistinctBy(f => f.Text),
        ];
    }

    private static bool IsAtRest(string status) =>
        status is "confirmed" or "shipped" or "delivered" or "rejected" or "cancelled" or "expired";

    private static Finding Finished(OrderState order) =>
        new("finished", $"Its saga is finished: the order is {order.Status}{Because(order.Reason)}.");

    private static IEnumerable<Finding> Parcels(Evidence e) =>
        e.Order!.Parcels.SelectMany(p =>
            (p.Kind, p.State) switch
            {
                ("shipment", _) =>
                [
                    .. Missing(e, Apps.Inventory),
                    new Finding(
                        "shipment-preparing",
                        $"Shipment {p.Number} is being prepared; it was tried {p.Attempts} times, next at {At(p.DueAt)}."
                    ),
                ],
                (_, "requested") =>
                [
                    new Finding("return-requested", $"Return {p.Number} waits for an operator's decision."),
                ],
                _ => (IEnumerable<Finding>)
                    [
                        .. Missing(e, Apps.Inventory, Apps.Payments),
                        new Finding(
                            "return-unsettled",
                            $"Return {p.Number} is decided; it was tried {p.Attempts} times to settle it, next at {At(p.DueAt)}."
                        ),
                    ],
            }
        );

    private static IEnumerable<Finding> Missing(Evidence e, params IEnumerable<string> needed) =>
        needed.Where(app => !Answers(e, app)).Select(IsAway);

    private static IEnumerable<Finding> Causes(Evidence e)
    {
        if (e.Order is not { } order)
            return [IsAway(Apps.Orders)];
        return order switch
        {
            { Undo: true } =>
            [
                .. Held(e, order, Apps.Payments, Apps.Inventory),
                new("compensation-pending", $"It is {order.Status}; its money and stock are still to be given back."),
            ],
            { Status: "needs_attention" } =>
            [
                new("needs-attention", $"An operator has to look at it{Because(order.Reason)}."),
            ],
            { Status: "backordered" } => Backordered(e, order),
            { Status: "awaiting_customer", DecideBy: { } until } when until > e.Now =>
            [
                new("waits-for-customer", $"Stock does not cover it; its customer may decide until {At(until)}."),
            ],
            { Status: "reserved", Payment: "declined" } =>
            [
                .. Held(e, order, Apps.Inventory),
                new(
                    "compensation-pending",
                    $"Its payment was declined{Because(order.Reason)}; its stock is still to be given back."
                ),
            ],
            { Status: "reserved" } => [.. Held(e, order, Apps.Payments), .. Unpaid(e, order), .. Turn(e, order)],
            { Status: "paid" } => [.. Held(e, order), .. Turn(e, order)],
            _ => [.. Held(e, order, Apps.Inventory), .. Turn(e, order)],
        };
    }

    /// <summary>What keeps the saga from its next step, whichever that is.</summary>
    private static IEnumerable<Finding> Held(Evidence e, OrderState order, params IEnumerable<string> needed)
    {
        if (order is { BatchId: null, Slots: 0 } && !(order.DueAt > e.Now))
            yield return new("saga-paused", "An operator has paused the saga: it has no slots.");
        foreach (var away in Missing(e, needed))
            yield return away;
        if (order.BatchId is { } batch && order.StaleAt < e.Now)
            yield return new(
                "batch-stalled",
                $"Its batch {batch} has not progressed since {At(order.ProgressedAt!.Value)}."
            );
    }

    private static IEnumerable<Finding> Backordered(Evidence e, OrderState order)
    {
        if (e.Claims is null)
            yield return IsAway(Apps.Inventory);
        foreach (var line in e.Claims?.Backorders ?? [])
            yield return new(
                "waits-for-stock",
                $"It waits for {line.Missing} of {line.Sku}: place {line.Place} in line, {(line.PromisedAt is { } date ? $"expected {At(date)}" : "no date is known")}."
            );
        if (e.Claims is { Backorders.Count: > 0 })
            yield break;
        foreach (var finding in Held(e, order).Concat(Turn(e, order)))
            yield return finding;
    }

    private static IEnumerable<Finding> Unpaid(Evidence e, OrderState order) =>
        e.Payment is { State: "pending", Asks: > 0 } payment
            ?
            [
                new(
                    "payment-unanswered",
                    $"The payment provider was asked {payment.Asks} times and has not answered{Next(order)}{(order.PayBy is { } until ? $"; unpaid it expires at {At(until)}" : "")}."
                ),
            ]
            : [];

    private static IEnumerable<Finding> Turn(Evidence e, OrderState order) =>
        order switch
        {
            { BatchId: { } batch, BatchSince: { } since } =>
            [
                new("in-progress", $"Batch {batch} works on it since {At(since)}."),
            ],
            { Attempts: > 0, DueAt: { } due } when due > e.Now =>
            [
                new("tried-in-vain", $"It was tried {order.Attempts} times in vain{Next(order)}."),
            ],
            _ => [new("waits-its-turn", "It is due; the next free batch takes it.")],
        };

    /// <summary>What keeps the news of it from being told.</summary>
    private static IEnumerable<Finding> Untold(Evidence e)
    {
        foreach (var parked in e.Parked)
            yield return new(
                "event-parked",
                $"Event {parked.Position?.ToString(CultureInfo.InvariantCulture) ?? "without a position"} of {parked.Producer} could not be applied and is parked."
            );
        foreach (var (app, outbox) in Outboxes(e))
        {
            if (outbox.Unpublished > 0)
                yield return new(
                    "event-not-published",
                    $"{outbox.Unpublished} facts of it are not published: the relay of {app} is {outbox.Head - outbox.Relayed} events behind."
                );
        }
    }

    // A busy shop is always a little behind: this explains nothing but the page that it stands on.
    private static IEnumerable<Finding> Behind(Evidence e) =>
        Outboxes(e)
            .Select(o => (o.App, Events: o.Outbox.Head - e.Seen.GetValueOrDefault(o.App)))
            .Where(o => o.Events > 0)
            .Select(o => new Finding("history-behind", $"History is {o.Events} events behind {o.App}."));

    private static IEnumerable<(string App, OutboxState Outbox)> Outboxes(Evidence e) =>
        new[] { (Apps.Orders, e.Order?.Outbox), (Apps.Inventory, e.Claims?.Outbox), (Apps.Payments, e.Payment?.Outbox) }
            .Where(o => o.Item2 is not null)
            .Select(o => (o.Item1, o.Item2!));

    private static IEnumerable<Finding> Away(Evidence e) =>
        new[] { Apps.Orders, Apps.Inventory, Apps.Payments }.Where(app => !Answers(e, app)).Select(IsAway);

    private static bool Answers(Evidence e, string app) =>
        app switch
        {
            Apps.Orders => e.Order is not null,
            Apps.Inventory => e.Claims is not null,
            _ => e.Payment is not null,
        };

    private static Finding IsAway(string app) => new("service-away", $"{app} does not answer.");

    private static string Because(string? reason) => reason is null ? "" : $": {reason}";

    private static string Next(OrderState order) => order.DueAt is { } due ? $"; next attempt at {At(due)}" : "";

    private static string At(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
