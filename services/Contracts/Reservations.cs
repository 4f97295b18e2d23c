namespace DaprShop.Contracts;

/// <summary>Orders asks Inventory to allocate stock, each order wholly or not at all, in this sequence.</summary>
public sealed record ReserveRequest(IReadOnlyList<ReserveOrder> Orders);

/// <summary>One order's wishes. A SKU named on several lines is summed.</summary>
/// <param name="Customer">Whose order it is: limits per customer count it. Null: nobody's.</param>
/// <param name="Number">The order's number: of those who wait, the lowest is served first.</param>
/// <param name="HoldId">A hold of the customer's that the order uses up; one whose time is over counts for nothing.</param>
public sealed record ReserveOrder(
    Guid OrderId,
    IReadOnlyList<OrderedUnits> Lines,
    string? Customer = null,
    long Number = 0,
    ShortagePolicy OnShortage = ShortagePolicy.Reject,
    Guid? HoldId = null
);

/// <summary>What to do where stock does not cover an order.</summary>
public enum ShortagePolicy
{
    /// <summary>Refuse the order.</summary>
    Reject,

    /// <summary>Allocate what is there and wait for the rest, as far as the items allow it.</summary>
    Backorder,

    /// <summary>Allocate what is there and forget the rest; refuse the order where nothing is there.</summary>
    Partial,

    /// <summary>Allocate nothing and tell what is there: the customer decides.</summary>
    Ask,
}

/// <summary>Units of one SKU.</summary>
public sealed record OrderedUnits(string Sku, int Quantity);

/// <summary>Inventory's answer, in the sequence of the request.</summary>
public sealed record ReserveResponse(IReadOnlyList<ReserveOutcome> Outcomes);

/// <summary>What became of one order. Asking again gives the same answer, and moves nothing; only a backordered one becomes allocated.</summary>
/// <param name="Shortages">What was missing. Of an allocated order, only what was available of these SKUs was taken.</param>
/// <param name="PromisedAt">When announced stock should cover what is backordered; null where no date is known.</param>
public sealed record ReserveOutcome(
    Guid OrderId,
    ReservationState State,
    IReadOnlyList<Shortage> Shortages,
    DateTimeOffset? PromisedAt = null
);

/// <summary>Stock that could not cover what was asked, at the moment of the decision.</summary>
public sealed record Shortage(string Sku, long Requested, long Available);

/// <summary>The state of an order's claim on stock.</summary>
public enum ReservationState
{
    /// <summary>Every stocked line is allocated.</summary>
    Allocated,

    /// <summary>Not covered; nothing is allocated.</summary>
    OutOfStock,

    /// <summary>What is there is allocated, the rest waits for stock.</summary>
    Backordered,

    /// <summary>Not covered, and the customer is to decide: nothing is allocated, and nothing remembered. The next request decides anew.</summary>
    Undecided,

    /// <summary>More than one customer may have, over all orders; nothing is allocated. The shortages say how many may still be bought.</summary>
    LimitExceeded,

    /// <summary>Given back, or released before it was ever asked for: a late request is refused.</summary>
    Released,
}

/// <summary>Orders gives back the stock of these orders. Repeating it changes nothing.</summary>
public sealed record ReleaseRequest(IReadOnlyList<Guid> OrderIds);

/// <summary>Inventory tells Orders that backorders of these orders were filled: their sagas go on. Repeating it changes nothing.</summary>
public sealed record ResumeOrdersRequest(IReadOnlyList<Guid> OrderIds);

/// <summary>Orders lets allocated units leave, once per <paramref name="Key"/>; repeating it changes nothing, and what was refused stays refused.</summary>
/// <param name="Lines">What leaves from where; null: all that the order has allocated.</param>
public sealed record ShipRequest(string Key, Guid OrderId, IReadOnlyList<ShippedUnits>? Lines = null);

/// <summary>What has left, from where. <paramref name="Refused"/>: why nothing has; null where it has.</summary>
public sealed record ShipResponse(Guid OrderId, IReadOnlyList<ShippedUnits> Lines, string? Refused = null);

/// <summary>Units of one SKU that leave. <paramref name="Location"/>: from where; null: from wherever the order has them allocated.</summary>
public sealed record ShippedUnits(string Sku, int Quantity, string? Location = null);

/// <summary>Orders lets shipped units come back, once per <paramref name="Key"/>; repeating it changes nothing.</summary>
/// <param name="Number">Of the return, among those of its order: from 1.</param>
/// <param name="Actor">Who has decided about them.</param>
public sealed record ReturnUnitsRequest(
    string Key,
    Guid OrderId,
    int Number,
    string Actor,
    IReadOnlyList<ReturnedUnits> Lines
);

/// <summary>Units of one SKU that came back to a location. Null: the default one.</summary>
public sealed record ReturnedUnits(string Sku, int Quantity, Disposition Disposition, string? Location = null);

/// <summary>What becomes of returned units.</summary>
public enum Disposition
{
    /// <summary>For sale again.</summary>
    Restock,

    /// <summary>Kept, but not for sale.</summary>
    Damaged,

    /// <summary>Thrown away.</summary>
    Discard,

    /// <summary>Not taken back: they stay the customer's, and nothing is refunded for them.</summary>
    Refuse,
}
