using DaprShop.Contracts;

namespace DaprShop.Payments.Model;

/// <summary>What charges and refunds share.</summary>
internal static class PaymentRules
{
    /// <summary>Why an order was not charged that ended while its charge had no answer.</summary>
    public const string NotCaptured = "The order ended before the provider captured the money.";

    /// <summary>Returns all captured money that no part refund has returned.</summary>
    public static PaymentDecision Return(Payment payment, string? reason, DateTimeOffset now)
    {
        var amount = payment.Amount - payment.RefundedInParts;
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
            : new PaymentDecision(
                payment with
                {
                    State = PaymentState.Refunding,
                    Reason = reason,
                },
                Call: ProviderCall.Refund(payment, amount, now)
            );
    }
}
