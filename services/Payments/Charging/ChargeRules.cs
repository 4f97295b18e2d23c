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
    /// Requests the charge of a payment: the first request of an attempt asks the provider, later ones learn the state.
    /// The next card is asked only once the provider has declined the one before for good: while it may still capture
    /// that one, the order waits for its answer, and is paid by it where it comes.
    /// </summary>
    /// <param name="attempt">Cards that the order has named, the card of this request included.</param>
    /// <param name="authorises">The money is only authorised now, and captured when units are shipped.</param>
    public static PaymentDecision Charge(Payment payment, int attempt, DateTimeOffset now, bool authorises = false) =>
        payment switch
        {
            { State: PaymentState.Refunded or PaymentState.Refunding, Attempt: 0 } => PaymentDecision.Record(
                payment with
                {
                    Attempt = attempt,
                },
                PaymentKinds.Refused,
                payment.Amount,
                "The order was refunded before it was charged."
            ),
            { State: PaymentState.Pending, Attempt: 0 } => Ask(payment with { Attempt = attempt }, now, authorises),
            { State: PaymentState.Declined or PaymentState.Lapsed } when attempt > payment.Attempt => Ask(
                payment with
                {
                    State = PaymentState.Pending,
                    Reason = null,
                    Attempt = attempt,
                },
                now,
                // What was authorised once is captured by shipments, less what was cancelled, whatever the setting is now.
                authorises || payment.ProviderId is not null
            ),
            _ => PaymentDecision.WithoutEvent(payment),
        };

    // No provider captures nothing: a free order is paid without one, and so is one of which all is captured already.
    private static PaymentDecision Ask(Payment payment, DateTimeOffset now, bool authorises) =>
        payment.Amount == 0 || payment is { Captured: > 0, ToCapture: 0 }
            ? PaymentDecision.Record(payment with { State = PaymentState.Captured }, PaymentKinds.Captured, 0, null)
            : new PaymentDecision(
                payment,
                Call: authorises ? ProviderCall.Authorise(payment, now) : ProviderCall.Charge(payment, now)
            );
}
