using DaprShop.Contracts;

namespace DaprShop.History.Domain;

/// <summary>Makes entries of facts. Types that are not known here are another reader's affair.</summary>
internal static class Folding
{
    /// <summary>The owner that a fact of Orders names, if it does.</summary>
    public static OrderOwner? Owner(LoggedEvent fact) =>
        fact.Type == EventTypes.OrderAccepted && fact.Read<OrderAccepted>() is var accepted
            ? new OrderOwner(accepted.OrderId, accepted.Customer)
            : null;

    /// <summary>The lines that a fact adds to timelines of orders: one as a rule, one per order where a count leaves several short.</summary>
    public static IEnumerable<OrderEntry> Entries(LoggedEvent fact) =>
        Untraced(fact).Select(e => e with { Trace = TraceOf(fact.TraceParent) });

    // A trace parent is version-trace-span-flags.
    private static string? TraceOf(string? traceParent) => traceParent?.Split('-') is [_, var trace, ..] ? trace : null;

    private static IEnumerable<OrderEntry> Untraced(LoggedEvent fact) =>
        fact.Type switch
        {
            EventTypes.OrderAccepted => [Entry(fact, fact.Read<OrderAccepted>())],
            EventTypes.OrderStatusChanged => [Entry(fact, fact.Read<OrderStatusChanged>())],
            EventTypes.StockRefused => [Entry(fact, fact.Read<StockRefused>())],
            EventTypes.StockShortfall => Entries(fact, fact.Read<StockShortfall>()),
            EventTypes.BackorderFilled => [Entry(fact, fact.Read<BackorderFilled>())],
            EventTypes.WaitlistOffered => [Entry(fact, fact.Read<WaitlistOffered>())],
            EventTypes.ShipmentStatusChanged => [Entry(fact, fact.Read<ShipmentStatusChanged>())],
            EventTypes.ReturnStatusChanged => [Entry(fact, fact.Read<ReturnStatusChanged>())],
            EventTypes.PaymentRecorded when Entry(fact, fact.Read<PaymentRecorded>()) is { } booked => [booked],
            _ => [],
        };

    /// <summary>The movements that a fact of Inventory tells of, if it does.</summary>
    public static StockOperation? Operation(LoggedEvent fact) =>
        fact.Type == EventTypes.StockMoved && fact.Read<StockMoved>() is var moved
            ? new StockOperation(
                fact.Position,
                fact.OccurredAt,
                moved.Kind,
                moved.Cause,
                moved.Actor,
                moved.Reason,
                moved.Movements,
                TraceOf(fact.TraceParent)
            )
            : null;

    /// <summary>The line that an operation adds to the timeline of the order, or of the hold, that caused it; null where neither did.</summary>
    public static OrderEntry? Entry(StockOperation operation) =>
        Guid.TryParseExact(operation.Cause, "D", out var orderId)
            ? new OrderEntry(
                orderId,
                operation.At,
                operation.Kind is "released" or "expired" ? Step.Released : Step.Claimed,
                operation.Position,
                $"stock.{operation.Kind}",
                null,
                null,
                operation.Reason,
                new EntryDetails(
                    Units: operation.Movements.Sum(m => Math.Abs((long)m.Quantity)),
                    Skus: operation.Movements.Select(m => m.Sku).Distinct(StringComparer.Ordinal).Count()
                ),
                Actor: operation.Actor,
                Trace: operation.Trace
            )
            : null;

    private static OrderEntry Entry(LoggedEvent fact, OrderAccepted accepted) =>
        new(
            accepted.OrderId,
            fact.OccurredAt,
            Step.Accepted,
            fact.Position,
            "order.accepted",
            null,
            "accepted",
            null,
            new EntryDetails(accepted.Number, accepted.Total, accepted.Units, accepted.Skus),
            fact.Version,
            accepted.Customer
        );

    private static OrderEntry Entry(LoggedEvent fact, OrderStatusChanged moved) =>
        new(
            moved.OrderId,
            fact.OccurredAt,
            Step.Moved,
            fact.Position,
            "order.status_changed",
            moved.From,
            moved.To,
            moved.Reason,
            null,
            fact.Version,
            moved.Actor
        );

    private static OrderEntry Entry(LoggedEvent fact, ShipmentStatusChanged moved) =>
        new(
            moved.OrderId,
            fact.OccurredAt,
            Step.Parcel,
            fact.Position,
            $"shipment.{moved.State}",
            null,
            null,
            moved.Reason,
            new EntryDetails(
                moved.Number,
                Units: moved.Lines.Sum(l => (long)l.Quantity),
                Skus: moved.Lines.Select(l => l.Sku).Distinct(StringComparer.Ordinal).Count(),
                State: moved.State
            ),
            Actor: moved.Actor
        );

    private static OrderEntry Entry(LoggedEvent fact, ReturnStatusChanged moved) =>
        new(
            moved.OrderId,
            fact.OccurredAt,
            Step.Parcel,
            fact.Position,
            $"return.{moved.State}",
            null,
            null,
            moved.Reason,
            new EntryDetails(
                moved.Number,
                moved.Amount,
                moved.Lines.Sum(l => (long)l.Quantity),
                moved.Lines.Select(l => l.Sku).Distinct(StringComparer.Ordinal).Count(),
                State: moved.State
            ),
            Actor: moved.Actor
        );

    private static OrderEntry Entry(LoggedEvent fact, StockRefused refused) =>
        new(
            refused.OrderId,
            fact.OccurredAt,
            Step.Claimed,
            fact.Position,
            "stock.refused",
            null,
            null,
            null,
            new EntryDetails(Shortages: refused.Shortages)
        );

    private static IEnumerable<OrderEntry> Entries(LoggedEvent fact, StockShortfall found) =>
        found.Orders.Select(orderId => new OrderEntry(
            orderId,
            fact.OccurredAt,
            Step.Claimed,
            fact.Position,
            "stock.short",
            null,
            null,
            null,
            new EntryDetails(Sku: found.Sku)
        ));

    private static OrderEntry Entry(LoggedEvent fact, BackorderFilled filled) =>
        new(
            filled.OrderId,
            fact.OccurredAt,
            Step.Claimed,
            fact.Position,
            "backorder.filled",
            null,
            null,
            null,
            new EntryDetails(Units: filled.Quantity, Sku: filled.Sku, Left: filled.Left)
        );

    private static OrderEntry Entry(LoggedEvent fact, WaitlistOffered offered) =>
        new(
            offered.OfferId,
            fact.OccurredAt,
            Step.Claimed,
            fact.Position,
            "waitlist.offered",
            null,
            null,
            null,
            new EntryDetails(Units: offered.Quantity, Sku: offered.Sku, Until: offered.ExpiresAt)
        );

    private static OrderEntry? Entry(LoggedEvent fact, PaymentRecorded booked) =>
        Guid.TryParseExact(booked.Reference, "D", out var orderId)
            ? new OrderEntry(
                orderId,
                fact.OccurredAt,
                booked.Kind is "refunded" or "partly_refunded" ? Step.Refunded : Step.Charged,
                fact.Position,
                $"payment.{booked.Kind}",
                null,
                null,
                booked.Reason,
                new EntryDetails(Amount: booked.Amount)
            )
            : null;
}
