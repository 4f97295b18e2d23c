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
            { State: PaymentState.Captured or PaymentState.Authorised or PaymentState.Lapsed } => PaymentRules.Return(
                payment,
                null,
                now
            ),
            { State: PaymentState.Declined, Captured: > 0 } or { State: PaymentState.Declined, OpenCalls: > 0 } =>
                PaymentRules.Return(payment, null, now),
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
    /// <param name="reference">The id of the return, or of the cancellation.</param>
    /// <param name="total">
    /// For a cancellation: GBP, exact, of the units that are not cancelled. Of authorised money the rest is released.
    /// </param>
    public static PaymentDecision? RefundPart(
        Payment payment,
        Guid reference,
        decimal amount,
        DateTimeOffset now,
        decimal? total = null
    )
    {
        // The end of the order returns everything.
        if (total is not null && payment.EndedAt is not null)
            return PaymentDecision.WithoutEvent(payment);
        if (total is { } kept && IsCapturedByShipments(payment))
            return Release(payment, reference, MinorUnits.Round(kept), now);
        var exact = payment.RefundsExact + amount;
        var returned = MinorUnits.Round(exact);
        if (
            payment.State is PaymentState.Refunding or PaymentState.Refunded
            || payment.State is PaymentState.Pending or PaymentState.Declined && payment.Captured == 0
            || returned > payment.Captured
        )
            return null;
        var next = payment with { RefundsExact = exact, RefundedInParts = returned };
        return returned == payment.RefundedInParts
            ? PaymentDecision.Record(next, PaymentKinds.PartlyRefunded, 0, $"return {reference}")
            : new PaymentDecision(next)
            {
                MoreCalls = ProviderCall.PartRefunds(payment, reference, returned - payment.RefundedInParts, now),
            };
    }

    // The last shipment may have been captured before Payments is told of the cancellation: then less than the whole
    // amount is captured, and nothing of the cancelled units.
    private static bool IsCapturedByShipments(Payment payment) =>
        payment.State is PaymentState.Authorised or PaymentState.Lapsed or PaymentState.Declined
        || payment.State == PaymentState.Pending && payment.Captured > 0
        || payment.State == PaymentState.Captured && payment.Captured < payment.Amount
        || payment.Released > 0;

    /// <summary>
    /// No more than <paramref name="kept"/> is captured from now on, and what a shipment has captured beyond that, which
    /// was refused afterwards, is refunded. Null while a capture has no answer: the request is repeated.
    /// </summary>
    private static PaymentDecision? Release(Payment payment, Guid reference, decimal kept, DateTimeOffset now)
    {
        if (payment.Capturing > 0)
            return null;
        var released = payment.Amount - kept;
        if (released <= payment.Released)
            return PaymentDecision.WithoutEvent(payment);
        var excess =
            Math.Max(0, payment.Captured - kept) - Math.Max(0, payment.Captured - (payment.Amount - payment.Released));
        var next = payment with
        {
            Released = released,
            RefundsExact = payment.RefundsExact + excess,
            RefundedInParts = payment.RefundedInParts + excess,
        };
        // Nothing is left to capture: the rest of the authorisation is not needed.
        var isDone = next is { State: PaymentState.Authorised, ToCapture: 0, IsRenewing: false };
        var decision = isDone
            ? PaymentRules.GiveUp(next, PaymentState.Captured, now)
            : PaymentDecision.WithoutEvent(next);
        if (excess > 0)
            decision = decision with { MoreCalls = ProviderCall.PartRefunds(payment, reference, excess, now) };
        var voided = released - payment.Released - excess;
        return voided > 0 ? decision.Recording(PaymentKinds.Voided, voided, $"cancellation {reference}") : decision;
    }
}
