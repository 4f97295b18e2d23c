namespace DaprShop.Contracts;

/// <summary>Orders asks Payments to capture money, once per order however often it asks.</summary>
public sealed record ChargeRequest(IReadOnlyList<ChargeOrder> Orders);

/// <summary>One order's charge. <paramref name="Amount"/> in GBP.</summary>
public sealed record ChargeOrder(Guid OrderId, decimal Amount, string Token);

/// <summary>Payments' answer, in the sequence of the request.</summary>
public sealed record ChargeResponse(IReadOnlyList<ChargeOutcome> Outcomes);

/// <summary>What became of one charge.</summary>
public sealed record ChargeOutcome(Guid OrderId, ChargeState State, string? Reason);

/// <summary>The state of an order's charge.</summary>
public enum ChargeState
{
    /// <summary>The money is captured.</summary>
    Captured,

    /// <summary>The provider refused it for good.</summary>
    Declined,

    /// <summary>The provider has not answered yet, or cannot at present: ask again.</summary>
    Pending,

    /// <summary>Refunded, or refunded before it was ever asked for: a late charge is refused.</summary>
    Refunded,
}

/// <summary>Orders gives part of an order's money back, once per <paramref name="Reference"/>; repeating it changes nothing. <paramref name="Amount"/> in GBP.</summary>
/// <param name="Reference">What it is given back for: a return.</param>
public sealed record PartRefundRequest(Guid Reference, Guid OrderId, decimal Amount);

/// <summary>Orders asks for the money of these orders back. Repeating it changes nothing.</summary>
public sealed record RefundRequest(IReadOnlyList<Guid> OrderIds);
