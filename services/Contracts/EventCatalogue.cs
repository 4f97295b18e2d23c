namespace DaprShop.Contracts;

/// <summary>One kind of fact.</summary>
/// <param name="Type">One of <see cref="EventTypes"/>.</param>
/// <param name="Topic">Whose pages tell it; where it is broadcast only, those of the topic's broadcast do.</param>
/// <param name="Payload">The record that <see cref="LoggedEvent.Data"/> holds.</param>
/// <param name="BroadcastOnly">It is in no log, and may never arrive.</param>
/// <param name="Summary">What it says.</param>
public sealed record EventDefinition(string Type, string Topic, Type Payload, bool BroadcastOnly, string Summary);

/// <summary>Every kind of fact that services tell each other, once. The AsyncAPI document is made of it.</summary>
public static class EventCatalogue
{
    /// <summary>All kinds.</summary>
    public static IReadOnlyList<EventDefinition> All { get; } =
    [
        Of<OrderAccepted>(EventTypes.OrderAccepted, Topics.Orders, "An order was accepted."),
        Of<OrderStatusChanged>(EventTypes.OrderStatusChanged, Topics.Orders, "An order changed its status."),
        Of<ShipmentStatusChanged>(
            EventTypes.ShipmentStatusChanged,
            Topics.Orders,
            "A part of an order is on its way, has arrived, or could not leave."
        ),
        Of<ReturnStatusChanged>(
            EventTypes.ReturnStatusChanged,
            Topics.Orders,
            "A customer sends something back, or that was decided or settled."
        ),
        Of<OrderStatusChanges>(
            EventTypes.OrderStatusChanges,
            Topics.Orders,
            "The status changes that a page tells of.",
            broadcastOnly: true
        ),
        Of<StockMoved>(EventTypes.StockMoved, Topics.Stock, "Units moved between quantities of stock levels."),
        Of<StockRefused>(EventTypes.StockRefused, Topics.Stock, "Stock could not cover an order."),
        Of<StockAvailable>(EventTypes.BackInStock, Topics.Stock, "A SKU that had none available has some again."),
        Of<StockAvailable>(EventTypes.StockLow, Topics.Stock, "A SKU's available units have fallen to its threshold."),
        Of<StockShortfall>(EventTypes.StockShortfall, Topics.Stock, "A count has found fewer units than are promised."),
        Of<BackorderFilled>(
            EventTypes.BackorderFilled,
            Topics.Stock,
            "Units arrived for an order that waits for them."
        ),
        Of<WaitlistOffered>(EventTypes.WaitlistOffered, Topics.Stock, "Units are held for the next in a waitlist."),
        Of<StockLevels>(
            EventTypes.StockLevels,
            Topics.Stock,
            "The last quantities of each stock level that a page moves.",
            broadcastOnly: true
        ),
        Of<PaymentRecorded>(EventTypes.PaymentRecorded, Topics.Payments, "Money moved, or a charge was refused."),
    ];

    private static EventDefinition Of<TPayload>(
        string type,
        string topic,
        string summary,
        bool broadcastOnly = false
    ) => new(type, topic, typeof(TPayload), broadcastOnly, summary);
}
