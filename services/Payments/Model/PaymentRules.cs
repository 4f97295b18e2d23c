using DaprShop.Contracts;

namespace DaprShop.Payments.Model;

/// <summary>What charges and refunds share.</summary>
internal static class PaymentRules
{
    /// <summary>Why an order was not charged that ended while its charge had no answer.</summary>
    public const string NotCaptured = "The order ended before the provider captured the money.";

    /// <summary>
    /// Returns all money of an order that has ended, one step after the other: requests without an answer are waited
    /// for, the rest of the authorisation is voided, and captured money that no part refund has returned is refunded.
    /// </summary>
    public static PaymentDecision Return(Payment payment, string? reason, DateTimeOffset now)
    {
        var ended = payment with { State = PaymentState.Refunding, Reason = reason };
        // Each answer comes back here.
        if (payment.OpenCalls > 0)
            return new PaymentDecision(ended, CancelsCharge: payment.IsRenewing);
        if (payment.AuthorisedUntil is not null)
            return GiveUp(ended, PaymentState.Refunding, now);
        var amount = payment.Captured - payment.RefundedInParts;
        return amount == 0
            ? PaymentDecision.Record(
                payment with
                {
                    State = PaymentState.Refunded,
                    Reason = reason,
                },
                PaymentKinds.Refunded,
                0,
                reason
            )
            : Refund(ended, amount, now);
    }

    /// <summary>
    /// Spreads a refund over the authorisations that it was captured of: none returns more than was captured of it.
    /// </summary>
    public static IReadOnlyList<RefundableMoney> Spread(Payment payment, decimal amount)
    {
        if (payment.Refundable.Count == 0)
            return [new(payment.ProviderId!, amount)];
        var spread = new List<RefundableMoney>();
        foreach (var captured in payment.Refundable)
        {
            var part = Math.Min(captured.Amount, amount);
            if (part > 0)
                spread.Add(captured with { Amount = part });
            amount -= part;
        }

        return spread;
    }

    // One authorisation after the other: the last refund is the one that ends the payment.
    private static PaymentDecision Refund(Payment payment, decimal amount, DateTimeOffset now)
    {
        var spread = Spread(payment, amount);
        return spread is [var all]
            ? new PaymentDecision(payment, Call: ProviderCall.Refund(payment, all, now))
            : new PaymentDecision(
                payment with
                {
                    RefundsExact = payment.RefundsExact + spread[0].Amount,
                    RefundedInParts = payment.RefundedInParts + spread[0].Amount,
                },
                Call: ProviderCall.PartRefund(payment, payment.OrderId, spread[0], isFirst: false, now)
            );
    }

    /// <summary>Gives the present authorisation up: what it still holds is voided.</summary>
    public static PaymentDecision GiveUp(Payment payment, PaymentState next, DateTimeOffset now) =>
        new(
            payment with
            {
                State = next,
                RenewAt = null,
            },
            Call: ProviderCall.Void(payment, payment.ProviderId!, payment.ToCapture, now)
        );
}
