namespace DaprShop.Contracts;

/// <summary>Types of the facts in the event logs. A change of meaning gets a new version, never a new reading of an old one.</summary>
public static class EventTypes
{
    /// <summary>Type of the CloudEvent that carries an <see cref="EventPage"/>.</summary>
    public const string Page = "daprshop.page.v1";

    /// <summary>An order was accepted; payload <see cref="OrderAccepted"/>.</summary>
    public const string OrderAccepted = "order.accepted.v1";

    /// <summary>An order changed its status; payload <see cref="OrderMoved"/>.</summary>
    public const string OrderStatusChanged = "order.status_changed.v1";

    /// <summary>What a page of <see cref="OrderAccepted"/> and <see cref="OrderMoved"/> comes to; payload <see cref="Contracts.OrderStatusChanges"/>. Broadcast only, and not in the log.</summary>
    public const string OrderStatusChanges = "order.status_changes.v1";

    /// <summary>A part of an order is on its way, has arrived, or could not leave; payload <see cref="Contracts.ShipmentStatusChanged"/>.</summary>
    public const string ShipmentStatusChanged = "shipment.status_changed.v1";

    /// <summary>A customer sends something back, or that was settled; payload <see cref="Contracts.ReturnStatusChanged"/>.</summary>
    public const string ReturnStatusChanged = "return.status_changed.v1";

    /// <summary>Units moved between quantities of stock levels; payload <see cref="StockMoved"/>.</summary>
    public const string StockMoved = "stock.moved.v1";

    /// <summary>What a page of <see cref="StockMoved"/> comes to; payload <see cref="StockLevels"/>. Broadcast only, and not in the log.</summary>
    public const string StockLevels = "stock.levels.v1";

    /// <summary>Stock could not cover an order; payload <see cref="StockRefused"/>.</summary>
    public const string StockRefused = "stock.refused.v1";

    /// <summary>A SKU that had none available has some again; payload <see cref="StockAvailable"/>.</summary>
    public const string BackInStock = "stock.back_in_stock.v1";

    /// <summary>A SKU's available units have fallen to its threshold; payload <see cref="StockAvailable"/>.</summary>
    public const string StockLow = "stock.low.v1";

    /// <summary>A count has found fewer units than are promised; payload <see cref="StockShort"/>.</summary>
    public const string StockShortfall = "stock.shortfall.v1";

    /// <summary>Units arrived for an order that waits for them; payload <see cref="Contracts.BackorderFilled"/>.</summary>
    public const string BackorderFilled = "backorder.filled.v1";

    /// <summary>Units are held for the next in a waitlist; payload <see cref="Contracts.WaitlistOffered"/>.</summary>
    public const string WaitlistOffered = "waitlist.offered.v1";

    /// <summary>Money moved, or a charge was refused; payload <see cref="PaymentBooked"/>.</summary>
    public const string PaymentRecorded = "payment.recorded.v1";
}

/// <summary>Payload of <see cref="EventTypes.OrderAccepted"/>: what the order comes to, in GBP; its lines never change, and Orders tells them.</summary>
/// <param name="Units">Ordered in all.</param>
/// <param name="Skus">Different ones.</param>
public sealed record OrderAccepted(Guid OrderId, long Number, string Customer, decimal Total, long Units, int Skus);

/// <summary>Payload of <see cref="EventTypes.OrderStatusChanged"/>. <paramref name="Reason"/> says why, where the status alone does not.</summary>
/// <param name="Actor">Who moved it: a customer or an operator; null: the saga.</param>
public sealed record OrderStatusChanged(Guid OrderId, string From, string To, string? Reason, string? Actor = null);

/// <summary>Payload of <see cref="EventTypes.ShipmentStatusChanged"/>.</summary>
/// <param name="Number">Among the shipments of its order: from 1.</param>
/// <param name="State">dispatched, delivered or refused.</param>
/// <param name="Reason">Why it could not leave; null otherwise.</param>
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
/// <param name="Number">Among the returns of its order: from 1.</param>
/// <param name="State">requested, decided or settled.</param>
/// <param name="Lines">What comes back, and, once that is decided, what becomes of it.</param>
/// <param name="Amount">GBP that are refunded for it; null before that is decided.</param>
/// <param name="Reason">The customer's.</param>
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

/// <summary>Units of a SKU that come back. <paramref name="Disposition"/>: restock, damaged, discard or refuse; null before that is decided.</summary>
public sealed record ReturnLine(string Sku, int Quantity, string? Disposition);

/// <summary>Payload of <see cref="EventTypes.StockMoved"/>: all movements of one operation.</summary>
/// <param name="Cause">What asked for it: an order id, or the reference of a receipt or return.</param>
/// <param name="Actor">Who asked for it.</param>
/// <param name="Reason">Why, where the kind alone does not say; null otherwise.</param>
public sealed record StockMoved(
    string Kind,
    string Cause,
    string Actor,
    string? Reason,
    IReadOnlyList<MovementLine> Movements
);

/// <summary>One movement of one stock level, with the level's quantities after it.</summary>
/// <param name="Sequence">Number of the movement at its level: dense, from 1.</param>
/// <param name="Quantity">Units, signed: what the movement added to the quantity that its kind is about.</param>
public sealed record MovementLine(
    string Sku,
    string Location,
    long Sequence,
    int Quantity,
    long OnHand,
    long Allocated,
    long Available,
    long Held = 0,
    long Unavailable = 0,
    long Incoming = 0
);

/// <summary>
/// Payload of <see cref="EventTypes.StockLevels"/>: the last quantities of each stock level, column by column (the n-th entries belong together),
/// which is a fifth of the size that the movements have.
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

/// <summary>Payload of <see cref="EventTypes.BackInStock"/> and <see cref="EventTypes.StockLow"/>: units available over all locations.</summary>
/// <param name="Threshold">What they have fallen to or below; null where they came back.</param>
public sealed record StockAvailable(string Sku, long Available, long? Threshold);

/// <summary>Payload of <see cref="EventTypes.StockShortfall"/>.</summary>
/// <param name="Missing">Units that are promised at the level but not there.</param>
/// <param name="Orders">The newest claims on them.</param>
public sealed record StockShortfall(string Sku, string Location, long Missing, IReadOnlyList<Guid> Orders);

/// <summary>Payload of <see cref="EventTypes.BackorderFilled"/>. <paramref name="Left"/>: units of the SKU that the order still waits for.</summary>
public sealed record BackorderFilled(Guid OrderId, string Sku, int Quantity, int Left);

/// <summary>Payload of <see cref="EventTypes.WaitlistOffered"/>: <paramref name="Quantity"/> units are the customer's to order until <paramref name="ExpiresAt"/>, with the hold <paramref name="OfferId"/>.</summary>
public sealed record WaitlistOffered(
    Guid OfferId,
    Guid EntryId,
    string Sku,
    string Customer,
    int Quantity,
    DateTimeOffset ExpiresAt
);

/// <summary>Payload of <see cref="EventTypes.PaymentRecorded"/>. <paramref name="Kind"/> is captured, declined, refused, refunded, partly_refunded or credited; the reference is an order id, or what a credit was given for. Money in GBP.</summary>
public sealed record PaymentRecorded(string Reference, string Kind, decimal Amount, string? Reason);
