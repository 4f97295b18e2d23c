using System.Text.Json.Serialization;

namespace DaprShop.Contracts;

/// <summary>Orders asks Inventory to allocate stock, each order completely or not at all, in this order.</summary>
public sealed record ReserveRequest(IReadOnlyList<ReserveOrder> Orders);

/// <summary>The units that one order needs. Lines of the same SKU are added up.</summary>
/// <param name="Customer">The customer whose limits count it; null for none.</param>
/// <param name="Number">The order's number: among backordered orders, the lowest is served first.</param>
/// <param name="HoldId">A hold of the customer that the order consumes; an expired one is ignored.</param>
/// <param name="LinesAreOwed">
/// True: each line owes units, whatever its item is now; lines of services are left out. False, for orders accepted
/// before this was recorded with the line: the catalogue decides.
/// </param>
public sealed record ReserveOrder(
    Guid OrderId,
    IReadOnlyList<OrderedUnits> Lines,
    string? Customer = null,
    long Number = 0,
    ShortagePolicy OnShortage = ShortagePolicy.Reject,
    Guid? HoldId = null,
    bool LinesAreOwed = false
);

/// <summary>How Inventory decides on an order that stock does not cover.</summary>
public enum ShortagePolicy
{
    /// <summary>Reject the order.</summary>
    Reject,

    /// <summary>Allocate the available units and backorder the rest, up to the items' backorder limits.</summary>
    Backorder,

    /// <summary>Allocate the available units and cancel the rest; reject the order when nothing is available.</summary>
    Partial,

    /// <summary>Allocate nothing and report the available units: the customer decides.</summary>
    Ask,
}

/// <summary>Units of one SKU.</summary>
public sealed record OrderedUnits(string Sku, int Quantity);

/// <summary>Inventory's response: one outcome per order, in the order of the request.</summary>
public sealed record ReserveResponse(IReadOnlyList<ReserveOutcome> Outcomes);

/// <summary>
/// The outcome for one order. A repeated request returns the same outcome and moves nothing; only a backordered order
/// may become allocated.
/// </summary>
/// <param name="Shortages">
/// The missing units. An allocated order received only the available units of these SKUs.
/// </param>
/// <param name="PromisedAt">When announced deliveries should cover the backorder; null when no date is known.</param>
public sealed record ReserveOutcome(
    Guid OrderId,
    ReservationState State,
    IReadOnlyList<Shortage> Shortages,
    DateTimeOffset? PromisedAt = null
);

/// <summary>A SKU whose stock did not cover the request at the time of the decision.</summary>
public sealed record Shortage(string Sku, long Requested, long Available);

/// <summary>The state of an order's claim on stock.</summary>
public enum ReservationState
{
    /// <summary>Every stocked line is allocated.</summary>
    Allocated,

    /// <summary>Stock does not cover it; nothing is allocated.</summary>
    OutOfStock,

    /// <summary>The available units are allocated; the rest is backordered.</summary>
    Backordered,

    /// <summary>
    /// Stock does not cover it and the customer decides: nothing is allocated or recorded; the next request decides
    /// anew.
    /// </summary>
    Undecided,

    /// <summary>
    /// The limit per customer is exceeded; nothing is allocated. The shortages say how many units may still be bought.
    /// </summary>
    LimitExceeded,

    /// <summary>Released. A release may precede the reservation: a late request is then refused.</summary>
    Released,
}

/// <summary>
/// Orders asks Inventory to release the stock of these orders. Repeating the request has no further effect.
/// </summary>
public sealed record ReleaseRequest(IReadOnlyList<Guid> OrderIds);

/// <summary>
/// Inventory reports filled backorders; Orders resumes the sagas of these orders. Repeating the request has no further
/// effect.
/// </summary>
public sealed record ResumeOrdersRequest(IReadOnlyList<Guid> OrderIds);

/// <summary>
/// Orders asks Inventory to ship allocated units, once per <paramref name="Key"/>. A repeated request returns the same
/// result, also when it was refused.
/// </summary>
/// <param name="Lines">The units and their locations; null: all allocated units of the order.</param>
public sealed record ShipRequest(string Key, Guid OrderId, IReadOnlyList<ShippedUnits>? Lines = null);

/// <summary>The shipped units. <paramref name="Refused"/> says why nothing was shipped; null otherwise.</summary>
public sealed record ShipResponse(Guid OrderId, IReadOnlyList<ShippedUnits> Lines, string? Refused = null);

/// <summary>
/// Units of one SKU to ship from <paramref name="Location"/>; null: from any location where they are allocated.
/// </summary>
public sealed record ShippedUnits(string Sku, int Quantity, string? Location = null);

/// <summary>
/// Orders asks Inventory to release units of an order that were cancelled, once per <paramref name="Key"/>. Repeating the
/// request has no further effect.
/// </summary>
/// <param name="Number">Number of the cancellation among those of its order, from 1.</param>
/// <param name="Actor">The customer or operator who cancelled them.</param>
/// <param name="ByOperator">An operator cancelled them. Left out where false: such requests are the same as before.</param>
public sealed record ReleaseUnitsRequest(
    string Key,
    Guid OrderId,
    int Number,
    string Actor,
    IReadOnlyList<OrderedUnits> Lines,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool ByOperator = false
);

/// <summary>
/// Orders reports returned units, once per <paramref name="Key"/>. Repeating the request has no further effect.
/// </summary>
/// <param name="Number">Number of the return among those of its order, from 1.</param>
/// <param name="Actor">The operator who decided on them.</param>
public sealed record ReturnUnitsRequest(
    string Key,
    Guid OrderId,
    int Number,
    string Actor,
    IReadOnlyList<ReturnedUnits> Lines
);

/// <summary>Units of one SKU that were returned to <paramref name="Location"/>; null: the default location.</summary>
public sealed record ReturnedUnits(string Sku, int Quantity, Disposition Disposition, string? Location = null);

/// <summary>What happens to returned units.</summary>
public enum Disposition
{
    /// <summary>For sale again.</summary>
    Restock,

    /// <summary>Kept, not for sale.</summary>
    Damaged,

    /// <summary>Disposed of.</summary>
    Discard,

    /// <summary>Refused: the customer keeps them without a refund.</summary>
    Refuse,
}
