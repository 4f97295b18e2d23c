using DaprShop.Contracts;

namespace DaprShop.Payments.Domain;

/// <summary>A row that the provider's ledger gains; the amount in GBP.</summary>
internal sealed record Booking(string Kind, decimal Amount);

/// <summary>What a request makes of a payment: the payment after it, the rows that the provider's ledger gains, the fact to tell.</summary>
internal sealed record Decision(Payment Payment, PaymentRecorded? Fact, params IReadOnlyList<Booking> Books);

/// <summary>Decides what charging and refunding mean, so that money moves once in each direction at most, whatever is repeated or late.</summary>
internal static class Charging
{
    /// <summary>Asks for the money; <paramref name="charged"/> says whether the provider's ledger has the charge.</summary>
    public static Decision Charge(Payment payment, bool charged) =>
        payment switch
        {
            { State: ChargeState.Refunded, Asks: 0 } => Told(
                payment with
                {
                    Asks = 1,
                },
                BookingKind.Refused,
                payment.Amount,
                "It was refunded before it was charged."
            ),
            { State: not ChargeState.Pending } => Nothing(payment),
            _ => Settle(payment with { Asks = payment.Asks + 1 }, Provider.Ask(payment.Token, payment.Asks, charged)),
        };

    /// <summary>Gives the money back if it was taken, as far as it was not given back in parts, and refuses any charge to come.</summary>
    public static Decision Refund(Payment payment, bool charged) =>
        payment switch
        {
            { State: ChargeState.Refunded or ChargeState.Declined } => Nothing(payment),
            _ when charged => Told(
                payment with
                {
                    State = ChargeState.Refunded,
                    Reason = null,
                },
                BookingKind.Refunded,
                payment.Amount - payment.Returned,
                null,
                new Booking(LedgerKind.Refund, payment.Amount - payment.Returned)
            ),
            { Asks: 0 } => Nothing(payment with { State = ChargeState.Refunded }),
            _ => Refuse(payment, "It was given up before the provider captured it."),
        };

    /// <summary>The provider says by itself that it has the money: it is taken where it is still wanted, and goes back at once where it is not.</summary>
    public static Decision Notice(Payment payment, bool charged) =>
        payment switch
        {
            _ when charged || payment.Asks == 0 => Nothing(payment),
            { State: ChargeState.Pending } => Told(
                payment with
                {
                    State = ChargeState.Captured,
                    Reason = null,
                },
                BookingKind.Captured,
                payment.Amount,
                null,
                new Booking(LedgerKind.Charge, payment.Amount)
            ),
            _ => Told(
                payment with
                {
                    State = ChargeState.Refunded,
                    Reason = TooLate,
                },
                BookingKind.Refunded,
                payment.Amount,
                TooLate,
                new Booking(LedgerKind.Charge, payment.Amount),
                new Booking(LedgerKind.Refund, payment.Amount)
            ),
        };

    /// <summary>Gives a part of captured money back; null where so much was not captured, or is not there any more.</summary>
    public static Decision? RefundPart(Payment payment, decimal amount, string reason) =>
        payment.State == ChargeState.Captured && payment.Returned + amount <= payment.Amount
            ? Told(
                payment with
                {
                    Returned = payment.Returned + amount,
                },
                BookingKind.PartlyRefunded,
                amount,
                reason,
                new Booking(LedgerKind.PartRefund, amount)
            )
            : null;

    private const string TooLate = "The provider captured it when the order was over.";

    private static Decision Settle(Payment asked, ProviderReaction reaction)
    {
        Booking[] books = reaction.Books ? [new Booking(LedgerKind.Charge, asked.Amount)] : [];
        return reaction.Answer switch
        {
            ProviderAnswer.Captured => Told(
                asked with
                {
                    State = ChargeState.Captured,
                    Reason = null,
                },
                BookingKind.Captured,
                asked.Amount,
                null,
                books
            ),
            ProviderAnswer.Declined => Told(
                asked with
                {
                    State = ChargeState.Declined,
                    Reason = reaction.Reason,
                },
                BookingKind.Declined,
                asked.Amount,
                reaction.Reason,
                books
            ),
            _ => new Decision(asked with { Reason = reaction.Reason }, null, books),
        };
    }

    private static Decision Refuse(Payment payment, string reason) =>
        Told(
            payment with
            {
                State = ChargeState.Refunded,
                Reason = reason,
            },
            BookingKind.Refused,
            payment.Amount,
            reason
        );

    private static Decision Nothing(Payment payment) => new(payment, null);

    private static Decision Told(
        Payment payment,
        string kind,
        decimal amount,
        string? reason,
        params IReadOnlyList<Booking> books
    ) =>
        new(
            payment with
            {
                Version = payment.Version + 1,
            },
            new PaymentRecorded(payment.OrderId.ToString(), kind, amount, reason),
            books
        );
}
