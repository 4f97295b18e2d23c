namespace DaprShop.Contracts;

/// <summary>
/// Orders claims a hold or an offer for an order that it is about to accept: the hold then stands until the order's saga
/// has used it. Repeating the request has no further effect.
/// </summary>
/// <param name="OrderId">The id that the order is to have.</param>
/// <param name="Customer">Must own the hold; null: any owner.</param>
/// <param name="Key">Names the caller's request: a repetition gets the same answer, with the first order's id.</param>
/// <param name="OfferOnly">True: the hold must be a waitlist offer.</param>
public sealed record ClaimHoldRequest(Guid OrderId, string? Customer, string Key, bool OfferOnly = false);

/// <summary>A claimed hold: units held exclusively for <paramref name="Customer"/>.</summary>
/// <param name="OrderId">The order that it was claimed for.</param>
/// <param name="Lines">The units that no order has used.</param>
public sealed record ClaimedHold(Guid Id, Guid OrderId, string Customer, IReadOnlyList<OrderedUnits> Lines);

/// <summary>Inventory asks Orders which of these orders, for which holds were claimed, still wait for stock.</summary>
public sealed record HoldClaimsRequest(IReadOnlyList<Guid> OrderIds);

/// <summary>The orders whose sagas have still to use the holds that they name.</summary>
public sealed record HoldClaimsResponse(IReadOnlyList<Guid> Waiting);
