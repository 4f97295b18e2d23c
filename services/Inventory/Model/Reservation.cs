using DaprShop.Contracts;

namespace DaprShop.Inventory.Model;

/// <summary>An order's claim as it was decided.</summary>
internal sealed record Reservation(ReservationState State, IReadOnlyList<ShortLevel> Shortages, string? Customer);

/// <summary>An order's claim at one level, in units.</summary>
/// <param name="Step">0: with the order; else when a backorder was filled.</param>
internal sealed record Allocation(Guid OrderId, string Sku, string Location, int Quantity, long Step = 0);

/// <summary>A shortage with its proof: the sequence that each location of the SKU had reached when it was found.</summary>
internal sealed record ShortLevel(string Sku, long Requested, long Available, IReadOnlyDictionary<string, long> AsOf);
