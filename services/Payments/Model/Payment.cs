using DaprShop.Contracts;

namespace DaprShop.Payments.Model;

/// <summary>
/// One order's payment. An order that was refunded before it was charged leaves a tombstone: refunded, zero attempts,
/// amount 0.
/// </summary>
/// <param name="Amount">GBP to charge.</param>
/// <param name="ChargeAttempts">Charge requests sent to the provider before it decided.</param>
/// <param name="Version">Number of events recorded for this payment.</param>
/// <param name="RefundedInParts">GBP of the captured amount that part refunds have returned.</param>
internal sealed record Payment(
    Guid OrderId,
    decimal Amount,
    string Token,
    ChargeState State,
    string? Reason,
    int ChargeAttempts,
    int Version,
    decimal RefundedInParts = 0
)
{
    /// <summary>The payment of an order that no request has named before.</summary>
    public static Payment New(Guid orderId, decimal amount, string token) =>
        new(orderId, amount, token, ChargeState.Pending, null, 0, 0);
}
