using DaprShop.Contracts;
using DaprShop.Payments.Model;

namespace DaprShop.Payments.Refunds;

/// <summary>
/// Decides refunds, so that no more money is refunded than was captured, however often a request repeats.
/// </summary>
internal static class RefundRules
{
    /// <summary>
    /// Refunds the captured money, less what part refunds have returned, and ends the payment: later charges are
    /// refused.
    /// </summary>
    /// <param name="charged">Whether the provider's ledger has the charge.</param>
    public static PaymentDecision Refund(Payment payment, bool charged) =>
        payment switch
        {
            { State: ChargeState.Refunded or ChargeState.Declined } => PaymentDecision.WithoutEvent(payment),
            _ when charged => PaymentDecision.Record(
                payment with
                {
                    State = ChargeState.Refunded,
                    Reason = null,
                },
                PaymentKinds.Refunded,
                payment.Amount - payment.RefundedInParts,
                null,
                new LedgerPosting(LedgerKinds.Refund, payment.Amount - payment.RefundedInParts)
            ),
            { ChargeAttempts: 0 } => PaymentDecision.WithoutEvent(payment with { State = ChargeState.Refunded }),
            _ => Refuse(payment, "The order ended before the provider captured the money."),
        };

    /// <summary>
    /// Refunds part of the captured money; null where less than <paramref name="amount"/> (GBP) is left of it.
    /// </summary>
    public static PaymentDecision? RefundPart(Payment payment, decimal amount, string reason) =>
        payment.State == ChargeState.Captured && payment.RefundedInParts + amount <= payment.Amount
            ? PaymentDecision.Record(
                payment with
                {
                    RefundedInParts = payment.RefundedInParts + amount,
                },
                PaymentKinds.PartlyRefunded,
                amount,
                reason,
                new LedgerPosting(LedgerKinds.PartRefund, amount)
            )
            : null;

    private static PaymentDecision Refuse(Payment payment, string reason) =>
        PaymentDecision.Record(
            payment with
            {
                State = ChargeState.Refunded,
                Reason = reason,
            },
            PaymentKinds.Refused,
            payment.Amount,
            reason
        );
}
