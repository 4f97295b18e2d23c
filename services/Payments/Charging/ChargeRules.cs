using DaprShop.Contracts;
using DaprShop.Payments.Model;

namespace DaprShop.Payments.Charging;

/// <summary>
/// Decides charge requests and the provider's capture reports, so that an order's money is captured at most once,
/// however often a request repeats and however late it arrives.
/// </summary>
internal static class ChargeRules
{
    private const string TooLate = "The provider captured the money after the order had ended.";

    /// <summary>
    /// Requests the charge of a payment that is pending; <paramref name="charged"/>: the provider's ledger has the
    /// charge.
    /// </summary>
    public static PaymentDecision Charge(Payment payment, bool charged) =>
        payment switch
        {
            { State: ChargeState.Refunded, ChargeAttempts: 0 } => PaymentDecision.Record(
                payment with
                {
                    ChargeAttempts = 1,
                },
                PaymentKinds.Refused,
                payment.Amount,
                "The order was refunded before it was charged."
            ),
            { State: not ChargeState.Pending } => PaymentDecision.WithoutEvent(payment),
            _ => Apply(
                payment with
                {
                    ChargeAttempts = payment.ChargeAttempts + 1,
                },
                SimulatedProviderRules.Charge(payment.Token, payment.ChargeAttempts, charged)
            ),
        };

    /// <summary>
    /// The provider reports that it captured the money: a pending payment becomes captured; the money of an order that
    /// has ended is refunded at once.
    /// </summary>
    public static PaymentDecision RecordCapture(Payment payment, bool charged) =>
        payment switch
        {
            _ when charged || payment.ChargeAttempts == 0 => PaymentDecision.WithoutEvent(payment),
            { State: ChargeState.Pending } => PaymentDecision.Record(
                payment with
                {
                    State = ChargeState.Captured,
                    Reason = null,
                },
                PaymentKinds.Captured,
                payment.Amount,
                null,
                new LedgerPosting(LedgerKinds.Charge, payment.Amount)
            ),
            _ => PaymentDecision.Record(
                payment with
                {
                    State = ChargeState.Refunded,
                    Reason = TooLate,
                },
                PaymentKinds.Refunded,
                payment.Amount,
                TooLate,
                new LedgerPosting(LedgerKinds.Charge, payment.Amount),
                new LedgerPosting(LedgerKinds.Refund, payment.Amount)
            ),
        };

    private static PaymentDecision Apply(Payment payment, ProviderResponse response)
    {
        LedgerPosting[] postings = response.PostsCharge ? [new LedgerPosting(LedgerKinds.Charge, payment.Amount)] : [];
        return response.Answer switch
        {
            ProviderAnswer.Captured => PaymentDecision.Record(
                payment with
                {
                    State = ChargeState.Captured,
                    Reason = null,
                },
                PaymentKinds.Captured,
                payment.Amount,
                null,
                postings
            ),
            ProviderAnswer.Declined => PaymentDecision.Record(
                payment with
                {
                    State = ChargeState.Declined,
                    Reason = response.Reason,
                },
                PaymentKinds.Declined,
                payment.Amount,
                response.Reason,
                postings
            ),
            _ => new PaymentDecision(payment with { Reason = response.Reason }, null, postings),
        };
    }
}
