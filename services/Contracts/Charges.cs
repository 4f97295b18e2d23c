namespace DaprShop.Contracts;

/// <summary>Orders asks Payments to capture money, once per order, however often the request is repeated.</summary>
public sealed record ChargeRequest(IReadOnlyList<ChargeOrder> Orders);

/// <summary>One order's charge. <paramref name="Amount"/> in GBP.</summary>
/// <param name="Attempt">
/// Cards that the order has named, this one included. A repeated or late request of an earlier attempt charges nothing.
/// </param>
public sealed record ChargeOrder(Guid OrderId, decimal Amount, string Token, int Attempt = 1);

/// <summary>Payments' response: one outcome per order, in the order of the request.</summary>
public sealed record ChargeResponse(IReadOnlyList<ChargeOutcome> Outcomes);

/// <summary>The outcome of one charge.</summary>
public sealed record ChargeOutcome(Guid OrderId, ChargeState State, string? Reason);

/// <summary>The state of an order's charge.</summary>
public enum ChargeState
{
    /// <summary>The money is captured.</summary>
    Captured,

    /// <summary>The money is authorised; each shipment captures its share (<see cref="CaptureRequest"/>).</summary>
    Authorised,

    /// <summary>The provider declined it permanently.</summary>
    Declined,

    /// <summary>The provider has not answered yet or is unavailable; repeat the request later.</summary>
    Pending,

    /// <summary>Refunded. A refund may precede the charge: a late charge is then refused.</summary>
    Refunded,
}

/// <summary>
/// Orders asks Payments to capture the money for a shipment, once per <paramref name="ShipmentId"/>, however often the
/// request is repeated.
/// </summary>
/// <param name="Total">
/// GBP, exact: the price of all units of the order that have been shipped, those of this shipment included. Payments
/// captures what is missing to it, in whole pence.
/// </param>
/// <param name="IsLast">No unit is left to ship afterwards: what is not captured is given back to the card.</param>
public sealed record CaptureRequest(Guid ShipmentId, Guid OrderId, decimal Total, bool IsLast);

/// <summary>Payments' response. <paramref name="Reason"/>: why nothing was captured, as a sentence.</summary>
/// <param name="Lapsed">The payment must be authorised anew before anything can be captured; null otherwise.</param>
public sealed record CaptureResponse(CaptureState State, string? Reason = null, LapsedPayment? Lapsed = null);

/// <summary>Payments tells Orders that an order's authorisation has ended and could not be renewed.</summary>
/// <param name="Attempt">Cards that the order had named by then: a card that was named since is not meant.</param>
public sealed record LapsedPayment(Guid OrderId, int Attempt);

/// <summary>The outcome of a capture.</summary>
public enum CaptureState
{
    /// <summary>The money for the shipment is captured.</summary>
    Captured,

    /// <summary>The provider has not answered yet; repeat the request later.</summary>
    Pending,

    /// <summary>The provider refused. Final for this shipment.</summary>
    Refused,
}

/// <summary>
/// Orders asks Payments to refund part of an order, once per <paramref name="Reference"/>, however often the request is
/// repeated. <paramref name="Amount"/> in GBP.
/// </summary>
/// <param name="Reference">The id of the return that is refunded, or of the cancellation.</param>
/// <param name="Total">
/// For units that are cancelled before they were shipped: GBP, exact, of all units of the order that are not cancelled.
/// What is only authorised of the cancelled units is not captured then, and not refunded. Null for a return.
/// </param>
public sealed record PartRefundRequest(Guid Reference, Guid OrderId, decimal Amount, decimal? Total = null);

/// <summary>Orders asks Payments to refund these orders. Repeating the request has no further effect.</summary>
public sealed record RefundRequest(IReadOnlyList<Guid> OrderIds);
