using DaprShop.Contracts;
using DaprShop.Payments.Model;

namespace DaprShop.Payments.Charging;

/// <summary>
/// Decides charge requests, so that an order's money is captured at most once, however often a request repeats and
/// however late it arrives.
/// </summary>
internal static class ChargeRules
{
    /// <summary>
    /// Requests the charge of a payment: the first request asks the provider, later ones learn the state.
    /// </summary>
    public static PaymentDecision Charge(Payment payment, DateTimeOffset now) =>
        payment switch
        {
            { State: PaymentState.Refunded or PaymentState.Refunding, Attempt: 0 } => PaymentDecision.Record(
                payment with
                {
                    Attempt = 1,
                },
                PaymentKinds.Refused,
                payment.Amount,
                "The order was refunded before it was charged."
            ),
            { State: PaymentState.Pending, Attempt: 0 } => Ask(payment with { Attempt = 1 }, now),
            _ => PaymentDecision.WithoutEvent(payment),
        };

    // No provider captures nothing: a free order is paid without one.
    private static PaymentDecision Ask(Payment payment, DateTimeOffset now) =>
        payment.Amount == 0
            ? PaymentDecision.Record(payment with { State = PaymentState.Captured }, PaymentKinds.Captured, 0, null)
            : new PaymentDecision(payment, Call: ProviderCall.Charge(payment, now));
}
