namespace DaprShop.Contracts;

/// <summary>The definition of one event type.</summary>
/// <param name="Type">One of <see cref="EventTypes"/>.</param>
/// <param name="Topic">The topic whose pages carry it, or whose broadcast does when it is broadcast only.</param>
/// <param name="Payload">The record that <see cref="LoggedEvent.Data"/> holds.</param>
/// <param name="BroadcastOnly">True for an event that is in no log and may be lost.</param>
/// <param name="Summary">Its description in the AsyncAPI document.</param>
public sealed record EventDefinition(string Type, string Topic, Type Payload, bool BroadcastOnly, string Summary);

/// <summary>Every event type that services exchange. The AsyncAPI document is generated from this list.</summary>
public static class EventCatalogue
{
    /// <summary>All event types but <see cref="EventTypes.Unpublishable"/>, which stands in every log.</summary>
    public static IReadOnlyList<EventDefinition> All { get; } =
    [
        Of<OrderAccepted>(EventTypes.OrderAccepted, Topics.Orders, "An order was accepted."),
        Of<OrderStatusChanged>(EventTypes.OrderStatusChanged, Topics.Orders, "An order changed its status."),
        Of<ShipmentStatusChanged>(
            EventTypes.ShipmentStatusChanged,
            Topics.Orders,
            "A shipment was dispatched, delivered or refused."
        ),
        Of<ReturnStatusChanged>(
            EventTypes.ReturnStatusChanged,
            Topics.Orders,
            "A return was requested, decided or settled."
        ),
        Of<CancellationStatusChanged>(
            EventTypes.CancellationStatusChanged,
            Topics.Orders,
            "Units of an order were cancelled, or their release and refund are complete."
        ),
        Of<OrderStatusChanges>(
            EventTypes.OrderStatusChanges,
            Topics.Orders,
            "The status changes of a page, condensed.",
            broadcastOnly: true
        ),
        Of<StockMoved>(EventTypes.StockMoved, Topics.Stock, "Units moved between the quantities of stock levels."),
        Of<StockRefused>(EventTypes.StockRefused, Topics.Stock, "Stock could not cover an order."),
        Of<StockAvailable>(EventTypes.BackInStock, Topics.Stock, "A SKU is available again after it was sold out."),
        Of<StockAvailable>(
            EventTypes.StockLow,
            Topics.Stock,
            "A SKU's available units have fallen to its low-stock threshold."
        ),
        Of<StockShortfall>(EventTypes.StockShortfall, Topics.Stock, "A stocktake found fewer units than are promised."),
        Of<BackorderFilled>(EventTypes.BackorderFilled, Topics.Stock, "Units were allocated to a backordered order."),
        Of<BackorderPromised>(
            EventTypes.BackorderPromised,
            Topics.Stock,
            "The time that a backorder was promised has changed."
        ),
        Of<WaitlistOffered>(
            EventTypes.WaitlistOffered,
            Topics.Stock,
            "Units are held for the next customer of a waitlist."
        ),
        Of<StockLevels>(
            EventTypes.StockLevels,
            Topics.Stock,
            "The last quantities of each stock level in a page.",
            broadcastOnly: true
        ),
        Of<PaymentRecorded>(
            EventTypes.PaymentRecorded,
            Topics.Payments,
            "Money was captured or refunded, or a charge was declined."
        ),
    ];

    private static EventDefinition Of<TPayload>(
        string type,
        string topic,
        string summary,
        bool broadcastOnly = false
    ) => new(type, topic, typeof(TPayload), broadcastOnly, summary);
}
