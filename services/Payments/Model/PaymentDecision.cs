using DaprShop.Contracts;

namespace DaprShop.Payments.Model;

/// <summary>A row to add to the provider's ledger; <paramref name="Amount"/> in GBP.</summary>
internal sealed record LedgerPosting(string Kind, decimal Amount);

/// <summary>
/// The result of a rule: the payment after it, the event to record (null: none), the ledger rows to add.
/// </summary>
internal sealed record PaymentDecision(
    Payment Payment,
    PaymentRecorded? Event,
    params IReadOnlyList<LedgerPosting> Postings
)
{
    /// <summary>
    /// Nothing moves and no event is recorded; <paramref name="payment"/> itself may differ from before.
    /// </summary>
    public static PaymentDecision WithoutEvent(Payment payment) => new(payment, null);

    /// <summary>A decision that is recorded as an event, which is the payment's next version.</summary>
    public static PaymentDecision Record(
        Payment payment,
        string kind,
        decimal amount,
        string? reason,
        params IReadOnlyList<LedgerPosting> postings
    ) =>
        new(
            payment with
            {
                Version = payment.Version + 1,
            },
            new PaymentRecorded(payment.OrderId.ToString(), kind, amount, reason),
            postings
        );
}
