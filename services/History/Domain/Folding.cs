using DaprShop.Contracts;

namespace DaprShop.History.Domain;

/// <summary>Makes entries of facts. Types that are not known here are another reader's affair.</summary>
internal static class Folding
{
    /// <summary>The owner that a fact of Orders names, if it does.</summary>
    public static OrderOwner? Owner(LoggedEvent fact) =>
        fact.Type == EventTypes.OrderAccepted && fact.Read<OrderAccepted>() is var accepted ? new OrderOwner(accepted.OrderId, accepted.Customer) : null;

    /// <summary>The line that a fact adds to an order's timeline, if it does.</summary>
    public static OrderEntry? Entry(LoggedEvent fact) => fact.Type switch
    {
        EventTypes.OrderAccepted => Entry(fact, fact.Read<OrderAccepted>()),
        EventTypes.OrderMoved => Entry(fact, fact.Read<OrderMoved>()),
        EventTypes.StockRefused => Entry(fact, fact.Read<StockRefused>()),
        EventTypes.PaymentBooked => Entry(fact, fact.Read<PaymentBooked>()),
        _ => null,
    };

    /// <summary>The movements that a fact of Inventory tells of, if it does.</summary>
    public static StockOperation? Operation(LoggedEvent fact) =>
        fact.Type == EventTypes.StockMoved && fact.Read<StockMoved>() is var moved
            ? new StockOperation(fact.Position, fact.OccurredAt, moved.Kind, moved.Cause, moved.Actor, moved.Reason, moved.Movements)
            : null;

    /// <summary>The line that an operation adds to the timeline of the order that caused it; null where no order did.</summary>
    public static OrderEntry? Entry(StockOperation operation) => Guid.TryParseExact(operation.Cause, "D", out var orderId)
        ? new OrderEntry(orderId, operation.At, operation.Kind == "allocated" ? Step.Claimed : Step.Released, operation.Position,
            $"stock.{operation.Kind}", null, null, operation.Reason, new EntryDetails(
                Units: operation.Movements.Sum(m => Math.Abs((long)m.Quantity)), Skus: operation.Movements.Select(m => m.Sku).Distinct(StringComparer.Ordinal).Count()))
        : null;

    private static OrderEntry Entry(LoggedEvent fact, OrderAccepted accepted) => new(
        accepted.OrderId, fact.OccurredAt, Step.Accepted, fact.Position, "order.accepted", null, "accepted", null,
        new EntryDetails(accepted.Number, accepted.Total, accepted.Units, accepted.Skus));

    private static OrderEntry Entry(LoggedEvent fact, OrderMoved moved) => new(
        moved.OrderId, fact.OccurredAt, Step.Moved, fact.Position, "order.moved", moved.From, moved.To, moved.Reason, null);

    private static OrderEntry Entry(LoggedEvent fact, StockRefused refused) => new(
        refused.OrderId, fact.OccurredAt, Step.Claimed, fact.Position, "stock.refused", null, null, null, new EntryDetails(Shortages: refused.Shortages));

    private static OrderEntry? Entry(LoggedEvent fact, PaymentBooked booked) => Guid.TryParseExact(booked.Reference, "D", out var orderId)
        ? new OrderEntry(orderId, fact.OccurredAt, booked.Kind == "refunded" ? Step.Refunded : Step.Charged, fact.Position,
            $"payment.{booked.Kind}", null, null, booked.Reason, new EntryDetails(Amount: booked.Amount))
        : null;
}
