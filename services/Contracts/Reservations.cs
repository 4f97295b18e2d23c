namespace DaprShop.Contracts;

/// <summary>Orders asks Inventory to allocate stock, each order wholly or not at all, in this sequence.</summary>
public sealed record ReserveRequest(IReadOnlyList<ReserveOrder> Orders);

/// <summary>One order's wishes. A SKU named on several lines is summed.</summary>
public sealed record ReserveOrder(Guid OrderId, IReadOnlyList<OrderedUnits> Lines);

/// <summary>Units of one SKU.</summary>
public sealed record OrderedUnits(string Sku, int Quantity);

/// <summary>Inventory's answer, in the sequence of the request.</summary>
public sealed record ReserveResponse(IReadOnlyList<ReserveOutcome> Outcomes);

/// <summary>What became of one order. Asking again gives the same answer, and moves nothing.</summary>
public sealed record ReserveOutcome(Guid OrderId, ReservationState State, IReadOnlyList<Shortage> Shortages);

/// <summary>Stock that could not cover what was asked, at the moment of the decision.</summary>
public sealed record Shortage(string Sku, long Requested, long Available);

/// <summary>The state of an order's claim on stock.</summary>
public enum ReservationState
{
    /// <summary>Every stocked line is allocated.</summary>
    Allocated,

    /// <summary>Not covered; nothing is allocated.</summary>
    OutOfStock,

    /// <summary>Given back, or released before it was ever asked for: a late request is refused.</summary>
    Released,
}

/// <summary>Orders gives back the stock of these orders. Repeating it changes nothing.</summary>
public sealed record ReleaseRequest(IReadOnlyList<Guid> OrderIds);
