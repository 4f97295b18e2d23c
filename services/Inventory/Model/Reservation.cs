using DaprShop.Contracts;

namespace DaprShop.Inventory.Model;

/// <summary>The decision on an order's request for stock.</summary>
internal sealed record Reservation(ReservationState State, IReadOnlyList<ShortLevel> Shortages, string? Customer)
{
    /// <summary>True where units are allocated to the order, or backordered for it.</summary>
    public bool IsClaiming => State is ReservationState.Allocated or ReservationState.Backordered;
}

/// <summary>Units of an order allocated at one level.</summary>
/// <param name="Quantity">Below 0: units of it that a cancellation released, or that were moved elsewhere.</param>
/// <param name="Step">
/// 0: when the order was reserved; above 0: when a backorder of it was filled; below 0: the number of the cancellation.
/// </param>
internal sealed record Allocation(Guid OrderId, string Sku, string Location, int Quantity, long Step = 0)
{
    /// <summary>
    /// Added to the number of a move of the order's units between locations: its rows, one of which is below 0, have
    /// steps of their own.
    /// </summary>
    public const long FirstReallocation = 1L << 32;
}

/// <summary>A shortage with its proof: the sequence of each location of the SKU when the shortage was found.</summary>
/// <param name="ForLimit">
/// <paramref name="Available"/> is what the limit per customer left to the customer, not what there was. A release
/// overwrites the state of the reservation, and the limit may change later: the audit needs it here.
/// </param>
internal sealed record ShortLevel(
    string Sku,
    long Requested,
    long Available,
    IReadOnlyDictionary<string, long> AsOf,
    bool ForLimit = false
);
