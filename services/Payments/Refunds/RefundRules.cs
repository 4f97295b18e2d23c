using DaprShop.Contracts;
using DaprShop.Payments.Model;

namespace DaprShop.Payments.Refunds;

/// <summary>
/// Decides refunds, so that no more money is refunded than was captured, however often a request repeats.
/// </summary>
internal static class RefundRules
{
    /// <summary>
    /// The order has ended: refunds the captured money, less what part refunds return. Later charges are refused, and a
    /// charge that has no answer yet is cancelled or, where the money was captured, refunded.
    /// </summary>
    public static PaymentDecision Refund(Payment payment, DateTimeOffset now) =>
        payment.EndedAt is null ? End(payment with { EndedAt = now }, now) : PaymentDecision.WithoutEvent(payment);

    private static PaymentDecision End(Payment payment, DateTimeOffset now) =>
        payment switch
        {
            { State: PaymentState.Captured } => PaymentRules.Return(payment, null, now),
            { State: PaymentState.Declined } => PaymentDecision.Record(
                payment with
                {
                    State = PaymentState.Refunded,
                },
                PaymentKinds.Refused,
                payment.Amount,
                "The order ended after the card was declined."
            ),
            { Attempt: 0 } => PaymentDecision.WithoutEvent(payment with { State = PaymentState.Refunded }),
            _ => new PaymentDecision(
                payment with
                {
                    State = PaymentState.Refunding,
                    Reason = PaymentRules.NotCaptured,
                },
                CancelsCharge: true
            ),
        };

    /// <summary>
    /// Refunds part of the captured money; null where less than <paramref name="amount"/> (GBP) is left of it. Fractions
    /// of a penny add up over an order's refunds: together they return the rounded sum.
    /// </summary>
    /// <param name="reference">The id of the return.</param>
    public static PaymentDecision? RefundPart(Payment payment, Guid reference, decimal amount, DateTimeOffset now)
    {
        var exact = payment.RefundsExact + amount;
        var returned = MinorUnits.Round(exact);
        if (payment.State != PaymentState.Captured || returned > payment.Amount)
            return null;
        var next = payment with { RefundsExact = exact, RefundedInParts = returned };
        return returned == payment.RefundedInParts
            ? PaymentDecision.Record(next, PaymentKinds.PartlyRefunded, 0, $"return {reference}")
            : new PaymentDecision(
                next,
                Call: ProviderCall.PartRefund(payment, reference, returned - payment.RefundedInParts, now)
            );
    }
}
