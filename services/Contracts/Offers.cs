namespace DaprShop.Contracts;

/// <summary>Orders takes an offer. <paramref name="Customer"/>: whose it must be; null where anyone's will do.</summary>
public sealed record ClaimOfferRequest(string? Customer);

/// <summary>Inventory tells Orders of an offer that is being taken: units that are held for <paramref name="Customer"/> alone.</summary>
/// <param name="Id">Also the hold that the customer's order uses up.</param>
/// <param name="Lines">What it is for.</param>
/// <param name="ExpiresAt">Until then the order's saga finds it.</param>
public sealed record Offer(Guid Id, string Customer, IReadOnlyList<OrderedUnits> Lines, DateTimeOffset ExpiresAt);
