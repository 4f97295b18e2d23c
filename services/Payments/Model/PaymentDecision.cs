using DaprShop.Contracts;

namespace DaprShop.Payments.Model;

/// <summary>The result of a rule.</summary>
/// <param name="Payment">The payment after it.</param>
/// <param name="Event">The event to record; null: none.</param>
/// <param name="Call">The request to make of the provider once this is committed; null: none.</param>
/// <param name="CancelsCharge">A charge without an answer must not be asked for again.</param>
internal sealed record PaymentDecision(
    Payment Payment,
    PaymentRecorded? Event = null,
    ProviderCall? Call = null,
    bool CancelsCharge = false
)
{
    /// <summary>No event is recorded; <paramref name="payment"/> itself may differ from before.</summary>
    public static PaymentDecision WithoutEvent(Payment payment) => new(payment);

    /// <summary>A decision that is recorded as an event, which is the payment's next version.</summary>
    public static PaymentDecision Record(Payment payment, string kind, decimal amount, string? reason) =>
        new(
            payment with
            {
                Version = payment.Version + 1,
            },
            new PaymentRecorded(payment.OrderId.ToString(), kind, amount, reason)
        );
}
