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
    /// <summary>Requests to make besides <see cref="Call"/>.</summary>
    public IReadOnlyList<ProviderCall> MoreCalls { get; init; } = [];

    /// <summary>All requests to make.</summary>
    public IEnumerable<ProviderCall> Calls => Call is null ? MoreCalls : MoreCalls.Prepend(Call);

    /// <summary>This decision, with its requests counted in <see cref="Payment.OpenCalls"/>, as it is saved.</summary>
    public PaymentDecision Counted() =>
        Calls.Any() ? this with { Payment = Payment with { OpenCalls = Payment.OpenCalls + Calls.Count() } } : this;

    /// <summary>No event is recorded; <paramref name="payment"/> itself may differ from before.</summary>
    public static PaymentDecision WithoutEvent(Payment payment) => new(payment);

    /// <summary>A decision that is recorded as an event, which is the payment's next version.</summary>
    public static PaymentDecision Record(Payment payment, string kind, decimal amount, string? reason) =>
        WithoutEvent(payment).Recording(kind, amount, reason);

    /// <summary>This decision, recorded as an event, which is the payment's next version.</summary>
    public PaymentDecision Recording(string kind, decimal amount, string? reason) =>
        this with
        {
            Payment = Payment with { Version = Payment.Version + 1 },
            Event = new PaymentRecorded(Payment.OrderId.ToString(), kind, amount, reason),
        };
}
