using DaprShop.Contracts;

namespace DaprShop.Payments.Domain;

/// <summary>What a request makes of a payment: the payment after it, the row that the provider's ledger gains, the fact to tell.</summary>
internal sealed record Decision(Payment Payment, string? Books = null, PaymentBooked? Fact = null);

/// <summary>Decides what charging and refunding mean, so that money moves once in each direction at most, whatever is repeated or late.</summary>
internal static class Charging
{
    /// <summary>Asks for the money; <paramref name="charged"/> says whether the provider's ledger has the charge.</summary>
    public static Decision Charge(Payment payment, bool charged) => payment switch
    {
        { State: ChargeState.Refunded, Asks: 0 } => new(
            payment with { Asks = 1, Version = payment.Version + 1 },
            Fact: Booked(payment, BookingKind.Refused, "It was refunded before it was charged.")),
        { State: not ChargeState.Pending } => new(payment),
        _ => Settle(payment with { Asks = payment.Asks + 1 }, Provider.Ask(payment.Token, payment.Asks, charged)),
    };

    /// <summary>Gives the money back if it was taken, and refuses any charge to come.</summary>
    public static Decision Refund(Payment payment, bool charged) => payment switch
    {
        { State: ChargeState.Refunded or ChargeState.Declined } => new(payment),
        _ when charged => Move(payment, ChargeState.Refunded, BookingKind.Refunded, null, LedgerKind.Refund),
        { Asks: 0 } => new(payment with { State = ChargeState.Refunded }),
        _ => Move(payment, ChargeState.Refunded, BookingKind.Refused, "It was given up before the provider captured it.", null),
    };

    private static Decision Settle(Payment asked, ProviderReaction reaction)
    {
        var books = reaction.Books ? LedgerKind.Charge : null;
        return reaction.Answer switch
        {
            ProviderAnswer.Captured => Move(asked, ChargeState.Captured, BookingKind.Captured, null, books),
            ProviderAnswer.Declined => Move(asked, ChargeState.Declined, BookingKind.Declined, reaction.Reason, books),
            _ => new Decision(asked with { Reason = reaction.Reason }, books),
        };
    }

    private static Decision Move(Payment payment, ChargeState state, string kind, string? reason, string? books) => new(
        payment with { State = state, Reason = reason, Version = payment.Version + 1 }, books, Booked(payment, kind, reason));

    private static PaymentBooked Booked(Payment payment, string kind, string? reason) => new(payment.OrderId.ToString(), kind, payment.Amount, reason);
}
