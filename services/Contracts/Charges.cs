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

    /// <summary>The provider declined it permanently.</summary>
    Declined,

    /// <summary>The provider has not answered yet or is unavailable; repeat the request later.</summary>
    Pending,

    /// <summary>Refunded. A refund may precede the charge: a late charge is then refused.</summary>
    Refunded,
}

/// <summary>
/// Orders asks Payments to refund part of an order, once per <paramref name="Reference"/>, however often the request is
/// repeated. <paramref name="Amount"/> in GBP.
/// </summary>
/// <param name="Reference">The id of the return that is refunded.</param>
public sealed record PartRefundRequest(Guid Reference, Guid OrderId, decimal Amount);

/// <summary>Orders asks Payments to refund these orders. Repeating the request has no further effect.</summary>
public sealed record RefundRequest(IReadOnlyList<Guid> OrderIds);
