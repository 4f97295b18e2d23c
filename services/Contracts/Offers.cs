namespace DaprShop.Contracts;

/// <summary>Inventory tells Orders of an offer to the head of a waitlist: units that are held for <paramref name="Customer"/> alone.</summary>
/// <param name="Id">Also the hold that the customer's order uses up.</param>
/// <param name="Lines">What an order may take of it, at most.</param>
/// <param name="ExpiresAt">From then on it counts for nothing.</param>
public sealed record Offer(Guid Id, string Customer, IReadOnlyList<OrderedUnits> Lines, DateTimeOffset ExpiresAt, OfferState State);

/// <summary>What became of an offer; it ends in exactly one way.</summary>
public enum OfferState
{
    /// <summary>The customer may order with it.</summary>
    Active,

    /// <summary>An order has used it up.</summary>
    Committed,

    /// <summary>Declined; the units went to the next in line.</summary>
    Released,

    /// <summary>Its time is over; the units went to the next in line.</summary>
    Expired,
}
