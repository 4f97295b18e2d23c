using DaprShop.Contracts;
using DaprShop.Payments.Model;

namespace DaprShop.Payments.Provider;

/// <summary>Decides what follows from the provider's answers.</summary>
internal static class AnswerRules
{
    /// <summary>Why an order's money is refunded that was captured too late.</summary>
    public const string TooLate = "The provider captured the money after the order had ended.";

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    /// <summary>Applies <paramref name="answer"/> to a call that has no final answer, and to its payment.</summary>
    public static AnsweredCall Apply(ProviderCall call, Payment? payment, ProviderAnswer answer, DateTimeOffset now)
    {
        var answered = After(call, answer, now);
        return new AnsweredCall(
            answered,
            payment is null ? null
                : answered.State is CallState.Open or CallState.Processing
                    ? PaymentDecision.WithoutEvent(
                        payment.State == PaymentState.Pending ? payment with { Reason = answered.Reason } : payment
                    )
                : call.Operation switch
                {
                    CallOperation.Charge when answered.State == CallState.Succeeded => Captured(
                        payment with
                        {
                            ProviderId = answered.ProviderId,
                        },
                        now
                    ),
                    CallOperation.Charge => NotCharged(payment, answered.Reason),
                    CallOperation.Refund => PaymentDecision.Record(
                        payment with
                        {
                            State = PaymentState.Refunded,
                        },
                        PaymentKinds.Refunded,
                        call.Amount,
                        payment.Reason
                    ),
                    _ => PaymentDecision.Record(
                        payment,
                        PaymentKinds.PartlyRefunded,
                        call.Amount,
                        $"return {call.Reference}"
                    ),
                }
        );
    }

    /// <summary>The pause before a call is looked up again: half a second, doubling up to a minute.</summary>
    public static TimeSpan Pause(int attempts) =>
        TimeSpan.FromMilliseconds(
            Math.Min(
                LongestPause.TotalMilliseconds,
                FirstPause.TotalMilliseconds * Math.Pow(2, Math.Min(attempts, 20) - 1)
            )
        );

    private static ProviderCall After(ProviderCall call, ProviderAnswer answer, DateTimeOffset now) =>
        answer.Kind switch
        {
            AnswerKind.Done => call with
            {
                State = CallState.Succeeded,
                ProviderId = answer.ProviderId ?? call.ProviderId,
                Reason = null,
                AnsweredAt = now,
            },
            // Only a charge can be refused for good: money out is asked for until it has gone out.
            AnswerKind.Declined or AnswerKind.Cancelled when call.Operation == CallOperation.Charge => call with
            {
                State = CallState.Failed,
                Reason = answer.Kind == AnswerKind.Cancelled ? PaymentRules.NotCaptured : answer.Reason,
                AnsweredAt = now,
            },
            AnswerKind.Processing => call with
            {
                State = CallState.Processing,
                Reason = answer.Reason,
                DueAt = now + Pause(call.Attempts),
            },
            _ => call with { Reason = answer.Reason, DueAt = now + (answer.RetryAfter ?? Pause(call.Attempts)) },
        };

    private static PaymentDecision Captured(Payment payment, DateTimeOffset now) =>
        payment.State == PaymentState.Pending
            ? PaymentDecision.Record(
                payment with
                {
                    State = PaymentState.Captured,
                    Reason = null,
                },
                PaymentKinds.Captured,
                payment.Amount,
                null
            )
            : PaymentRules.Return(payment, TooLate, now);

    private static PaymentDecision NotCharged(Payment payment, string? reason) =>
        payment.State == PaymentState.Pending
            ? PaymentDecision.Record(
                payment with
                {
                    State = PaymentState.Declined,
                    Reason = reason,
                },
                PaymentKinds.Declined,
                payment.Amount,
                reason
            )
            : PaymentDecision.Record(
                payment with
                {
                    State = PaymentState.Refunded,
                    Reason = PaymentRules.NotCaptured,
                },
                PaymentKinds.Refused,
                payment.Amount,
                PaymentRules.NotCaptured
            );
}
