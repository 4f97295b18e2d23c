namespace DaprShop.Contracts;

/// <summary>
/// Event types. A change of meaning gets a new version; the meaning of an existing version never changes.
/// </summary>
public static class EventTypes
{
    /// <summary>Type of the CloudEvent that carries an <see cref="EventPage"/>.</summary>
    public const string Page = "daprshop.page.v1";

    /// <summary>
    /// Stands in any log in the place of an event that cannot be published; payload <see cref="EventUnpublishable"/>.
    /// </summary>
    public const string Unpublishable = "event.unpublishable.v1";

    /// <summary>An order was accepted; payload <see cref="OrderAccepted"/>.</summary>
    public const string OrderAccepted = "order.accepted.v1";

    /// <summary>An order changed its status; payload <see cref="OrderStatusChanged"/>.</summary>
    public const string OrderStatusChanged = "order.status_changed.v1";

    /// <summary>
    /// The status changes of a page, condensed; payload <see cref="Contracts.OrderStatusChanges"/>. Broadcast only.
    /// </summary>
    public const string OrderStatusChanges = "order.status_changes.v1";

    /// <summary>
    /// A shipment was dispatched, delivered or refused; payload <see cref="Contracts.ShipmentStatusChanged"/>.
    /// </summary>
    public const string ShipmentStatusChanged = "shipment.status_changed.v1";

    /// <summary>
    /// A return was requested, decided or settled; payload <see cref="Contracts.ReturnStatusChanged"/>.
    /// </summary>
    public const string ReturnStatusChanged = "return.status_changed.v1";

    /// <summary>
    /// Units of an order were cancelled, or their release and refund are complete; payload
    /// <see cref="Contracts.CancellationStatusChanged"/>.
    /// </summary>
    public const string CancellationStatusChanged = "cancellation.status_changed.v1";

    /// <summary>Units moved between quantities of stock levels; payload <see cref="StockMoved"/>.</summary>
    public const string StockMoved = "stock.moved.v1";

    /// <summary>
    /// The last quantities of each stock level in a page; payload <see cref="StockLevels"/>. Broadcast only.
    /// </summary>
    public const string StockLevels = "stock.levels.v1";

    /// <summary>Stock could not cover an order; payload <see cref="StockRefused"/>.</summary>
    public const string StockRefused = "stock.refused.v1";

    /// <summary>A SKU is available again after it was sold out; payload <see cref="StockAvailable"/>.</summary>
    public const string BackInStock = "stock.back_in_stock.v1";

    /// <summary>
    /// A SKU's available units have fallen to its low-stock threshold; payload <see cref="StockAvailable"/>.
    /// </summary>
    public const string StockLow = "stock.low.v1";

    /// <summary>A stocktake found fewer units than are promised; payload <see cref="StockShortfall"/>.</summary>
    public const string StockShortfall = "stock.shortfall.v1";

    /// <summary>Units were allocated to a backordered order; payload <see cref="Contracts.BackorderFilled"/>.</summary>
    public const string BackorderFilled = "backorder.filled.v1";

    /// <summary>
    /// The time that a backorder was promised has changed; payload <see cref="Contracts.BackorderPromised"/>.
    /// </summary>
    public const string BackorderPromised = "backorder.promised.v1";

    /// <summary>
    /// Units are held for the next customer of a waitlist; payload <see cref="Contracts.WaitlistOffered"/>.
    /// </summary>
    public const string WaitlistOffered = "waitlist.offered.v1";

    /// <summary>
    /// Money was captured or refunded, or a charge was declined; payload <see cref="PaymentRecorded"/>.
    /// </summary>
    public const string PaymentRecorded = "payment.recorded.v1";
}

/// <summary>Payload of <see cref="EventTypes.Unpublishable"/>.</summary>
/// <param name="Type">Type of the event that the log keeps.</param>
/// <param name="Cause">Why it cannot be published, as a sentence.</param>
public sealed record EventUnpublishable(string Type, string Cause);

/// <summary>
/// Payload of <see cref="EventTypes.OrderAccepted"/>: the order's totals, money in GBP. Its lines never change and are
/// read from Orders.
/// </summary>
/// <param name="Units">Units of all lines.</param>
/// <param name="Skus">Number of different SKUs.</param>
public sealed record OrderAccepted(Guid OrderId, long Number, string Customer, decimal Total, long Units, int Skus);

/// <summary>
/// Payload of <see cref="EventTypes.OrderStatusChanged"/>. <paramref name="Reason"/> is null where the status says
/// enough.
/// </summary>
/// <param name="Actor">The customer or operator who changed it; null for the saga.</param>
public sealed record OrderStatusChanged(Guid OrderId, string From, string To, string? Reason, string? Actor = null);

/// <summary>Payload of <see cref="EventTypes.ShipmentStatusChanged"/>.</summary>
/// <param name="Number">Number among the shipments of its order, from 1.</param>
/// <param name="State">dispatched, delivered or refused.</param>
/// <param name="Reason">Why it was refused; null otherwise.</param>
public sealed record ShipmentStatusChanged(
    Guid ShipmentId,
    Guid OrderId,
    int Number,
    string State,
    IReadOnlyList<OrderedUnits> Lines,
    string Actor,
    string? Reason
);

/// <summary>Payload of <see cref="EventTypes.ReturnStatusChanged"/>.</summary>
/// <param name="Number">Number among the returns of its order, from 1.</param>
/// <param name="State">requested, decided or settled.</param>
/// <param name="Lines">The returned units and, after the decision, their disposition.</param>
/// <param name="Amount">Refund in GBP; null before the decision.</param>
/// <param name="Reason">The customer's reason.</param>
public sealed record ReturnStatusChanged(
    Guid ReturnId,
    Guid OrderId,
    int Number,
    string State,
    IReadOnlyList<ReturnLine> Lines,
    decimal? Amount,
    string Actor,
    string? Reason
);

/// <summary>Payload of <see cref="EventTypes.CancellationStatusChanged"/>.</summary>
/// <param name="Number">Number among the cancellations of its order, from 1.</param>
/// <param name="State">requested or settled.</param>
/// <param name="Amount">Refund in GBP; 0 where the order was not paid.</param>
/// <param name="Reason">The reason that was given; null for none.</param>
public sealed record CancellationStatusChanged(
    Guid CancellationId,
    Guid OrderId,
    int Number,
    string State,
    IReadOnlyList<CancelledLine> Lines,
    decimal Amount,
    string Actor,
    string? Reason
);

/// <summary>Cancelled units of a line of an order.</summary>
public sealed record CancelledLine(int Line, string Sku, int Quantity);

/// <summary>
/// Returned units of a SKU. <paramref name="Disposition"/>: restock, damaged, discard or refuse; null before the
/// decision.
/// </summary>
/// <param name="Line">Number of the order's line; null in older events.</param>
public sealed record ReturnLine(string Sku, int Quantity, string? Disposition, int? Line = null);

/// <summary>Payload of <see cref="EventTypes.StockMoved"/>: all movements of one operation.</summary>
/// <param name="Cause">The order id, or the reference of the receipt or return, that caused them.</param>
/// <param name="Actor">The name of the customer, operator or component that requested the operation.</param>
/// <param name="Reason">The reason; null where the kind says enough.</param>
/// <param name="ActorType">
/// customer, operator or system: a person may have the name of a component. Null in events from before actors had types.
/// </param>
public sealed record StockMoved(
    string Kind,
    string Cause,
    string Actor,
    string? Reason,
    IReadOnlyList<MovementLine> Movements,
    string? ActorType = null
);

/// <summary>One movement of one stock level, with the level's quantities after it.</summary>
/// <param name="Sequence">Sequence number at its level: dense, from 1.</param>
/// <param name="Quantity">Signed units that the movement added to the quantity of its kind.</param>
/// <param name="Available">On hand − unavailable − allocated − held: negative where units are short.</param>
public sealed record MovementLine(
    string Sku,
    string Location,
    long Sequence,
    long Quantity,
    long OnHand,
    long Allocated,
    long Available,
    long Held = 0,
    long Unavailable = 0,
    long Incoming = 0
);

/// <summary>
/// Payload of <see cref="EventTypes.StockLevels"/>: the last quantities of each stock level, column by column (the n-th
/// entries belong together), which is a fifth of the size that the movements have.
/// </summary>
/// <param name="Sequence">Number of the level's last movement.</param>
public sealed record StockLevels(
    IReadOnlyList<string> Sku,
    IReadOnlyList<string> Location,
    IReadOnlyList<long> Sequence,
    IReadOnlyList<long> OnHand,
    IReadOnlyList<long> Unavailable,
    IReadOnlyList<long> Allocated,
    IReadOnlyList<long> Held,
    IReadOnlyList<long> Incoming
);

/// <summary>Payload of <see cref="EventTypes.StockRefused"/>.</summary>
public sealed record StockRefused(Guid OrderId, IReadOnlyList<Shortage> Shortages);

/// <summary>
/// Payload of <see cref="EventTypes.BackInStock"/> and <see cref="EventTypes.StockLow"/>: units available over all
/// locations.
/// </summary>
/// <param name="Threshold">The threshold that was reached; null for back in stock.</param>
public sealed record StockAvailable(string Sku, long Available, long? Threshold);

/// <summary>Payload of <see cref="EventTypes.StockShortfall"/>.</summary>
/// <param name="Missing">Promised units that are missing at the level.</param>
/// <param name="Orders">The orders with the newest claims on them.</param>
/// <param name="Holds">The holds with the newest claims on them.</param>
public sealed record StockShortfall(
    string Sku,
    string Location,
    long Missing,
    IReadOnlyList<Guid> Orders,
    IReadOnlyList<ShortHold>? Holds = null
);

/// <summary>A customer's hold that promises units that are missing.</summary>
public sealed record ShortHold(Guid HoldId, string Customer);

/// <summary>
/// Payload of <see cref="EventTypes.BackorderFilled"/>. <paramref name="Remaining"/>: units of the SKU that are still
/// backordered for the order.
/// </summary>
public sealed record BackorderFilled(Guid OrderId, string Sku, int Quantity, int Remaining);

/// <summary>Payload of <see cref="EventTypes.BackorderPromised"/>.</summary>
/// <param name="Quantity">Units of the SKU that the order waits for.</param>
/// <param name="PromisedAt">When announced deliveries should cover them; null where they do not.</param>
/// <param name="Before">What was promised before; null where nothing was.</param>
public sealed record BackorderPromised(
    Guid OrderId,
    string Sku,
    int Quantity,
    DateTimeOffset? PromisedAt,
    DateTimeOffset? Before
);

/// <summary>
/// Payload of <see cref="EventTypes.WaitlistOffered"/>: the customer may order <paramref name="Quantity"/> units with
/// the hold <paramref name="OfferId"/> until <paramref name="ExpiresAt"/>.
/// </summary>
public sealed record WaitlistOffered(
    Guid OfferId,
    Guid EntryId,
    string Sku,
    string Customer,
    int Quantity,
    DateTimeOffset ExpiresAt
);

/// <summary>
/// Payload of <see cref="EventTypes.PaymentRecorded"/>. <paramref name="Kind"/> is captured, declined, refused,
/// refunded, partly_refunded or credited; <paramref name="Reference"/> is an order id, or the reference of a credit.
/// Money in GBP.
/// </summary>
public sealed record PaymentRecorded(string Reference, string Kind, decimal Amount, string? Reason);
