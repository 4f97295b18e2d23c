namespace DaprShop.Contracts;

/// <summary>Orders claims an offer. <paramref name="Customer"/> must own it; null: any owner.</summary>
public sealed record ClaimOfferRequest(string? Customer);

/// <summary>
/// A claimed waitlist offer, from Inventory to Orders: units held exclusively for <paramref name="Customer"/>.
/// </summary>
/// <param name="Id">Also the id of the hold that the customer's order consumes.</param>
/// <param name="Lines">The held units.</param>
/// <param name="ExpiresAt">The hold's expiry; the order's saga must use it before.</param>
public sealed record Offer(Guid Id, string Customer, IReadOnlyList<OrderedUnits> Lines, DateTimeOffset ExpiresAt);
