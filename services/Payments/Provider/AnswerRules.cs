using DaprShop.Contracts;
using DaprShop.Payments.Model;

namespace DaprShop.Payments.Provider;

/// <summary>Decides what follows from the provider's answers.</summary>
internal static class AnswerRules
{
    /// <summary>Why an order's money is refunded that was captured too late.</summary>
    public const string TooLate = "The provider captured the money after the order had ended.";

    private const string AuthorisedTooLate = "The provider authorised the money after the order had ended.";
    private const string Renewal = "renewal";

    /// <summary>Assumed where the provider does not say how long an authorisation stands.</summary>
    private static readonly TimeSpan ShortestAuthorisation = TimeSpan.FromDays(5);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    /// <summary>Applies <paramref name="answer"/> to a call that has no final answer, and to its payment.</summary>
    public static AnsweredCall Apply(ProviderCall call, Payment? payment, ProviderAnswer answer, DateTimeOffset now)
    {
        var answered = After(call, answer, now);
        if (answered.State is not (CallState.Open or CallState.Processing) && payment is not null)
            payment = payment with { OpenCalls = payment.OpenCalls - 1 };
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
                    CallOperation.Authorise when answered.State == CallState.Succeeded => Authorised(
                        Standing(payment, answered, answer, now),
                        now
                    ),
                    CallOperation.Charge or CallOperation.Authorise => NotCharged(payment, answered.Reason, now),
                    CallOperation.Renewal when answered.State == CallState.Succeeded => Renewed(
                        payment,
                        answered,
                        answer,
                        now
                    ),
                    CallOperation.Renewal => NotRenewed(payment, answered.Reason, now),
                    CallOperation.Capture or CallOperation.LastCapture => CapturedPart(payment, answered, answer, now),
                    CallOperation.Void => Voided(payment, call, now),
                    CallOperation.Refund => PaymentDecision.Record(
                        payment with
                        {
                            State = PaymentState.Refunded,
                        },
                        PaymentKinds.Refunded,
                        call.Amount,
                        payment.Reason
                    ),
                    _ => PartlyRefunded(payment, call, now),
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
            // Only money in can be refused for good: money out is asked for until it has gone out.
            AnswerKind.Declined or AnswerKind.Cancelled when IsMoneyIn(call.Operation) => call with
            {
                State = CallState.Failed,
                Reason = answer.Reason ?? PaymentRules.NotCaptured,
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

    private static bool IsMoneyIn(CallOperation operation) =>
        operation
            is CallOperation.Charge
                or CallOperation.Authorise
                or CallOperation.Renewal
                or CallOperation.Capture
                or CallOperation.LastCapture;

    private static PaymentDecision Captured(Payment payment, DateTimeOffset now) =>
        payment.State == PaymentState.Pending
            ? PaymentDecision.Record(
                payment with
                {
                    State = PaymentState.Captured,
                    Reason = null,
                    Captured = payment.Amount,
                },
                PaymentKinds.Captured,
                payment.Amount,
                null
            )
            : PaymentRules.Return(payment with { Captured = payment.Amount }, TooLate, now);

    private static Payment Standing(Payment payment, ProviderCall call, ProviderAnswer answer, DateTimeOffset now)
    {
        var until = answer.AuthorisedUntil ?? now + ShortestAuthorisation;
        return payment with
        {
            ProviderId = call.ProviderId,
            AuthorisedUntil = until,
            // Time enough for many attempts, and for the customer to find another card.
            RenewAt = now + (until - now) * 3 / 4,
        };
    }

    private static PaymentDecision Authorised(Payment payment, DateTimeOffset now) =>
        payment.State == PaymentState.Pending
            ? PaymentDecision.Record(
                payment with
                {
                    State = PaymentState.Authorised,
                    Reason = null,
                },
                PaymentKinds.Authorised,
                payment.ToCapture,
                null
            )
            : PaymentRules.Return(payment, AuthorisedTooLate, now);

    private static PaymentDecision Renewed(
        Payment payment,
        ProviderCall call,
        ProviderAnswer answer,
        DateTimeOffset now
    ) =>
        payment.State == PaymentState.Authorised
            ? Replaced(payment, Standing(payment, call, answer, now), call, now)
                .Recording(PaymentKinds.Authorised, call.Amount, Renewal)
            // The order has ended meanwhile: the new authorisation is not needed.
            : new PaymentDecision(
                payment,
                Call: ProviderCall.Void(payment, call.ProviderId!, call.Amount, now)
            ).Recording(PaymentKinds.Authorised, call.Amount, Renewal);

    // The new authorisation is given up as well where nothing is left to capture: units were cancelled meanwhile.
    private static PaymentDecision Replaced(Payment before, Payment after, ProviderCall call, DateTimeOffset now)
    {
        var old = ProviderCall.Void(before, before.ProviderId!, before.ToCapture, now);
        return after.ToCapture > 0
            ? new PaymentDecision(after, Call: old)
            : new PaymentDecision(after with { State = PaymentState.Captured, RenewAt = null }, Call: old)
            {
                MoreCalls = [ProviderCall.Void(after, after.ProviderId!, call.Amount, now)],
            };
    }

    private static PaymentDecision NotRenewed(Payment payment, string? reason, DateTimeOffset now) =>
        payment.State == PaymentState.Authorised
            ? Lapsed(
                PaymentRules
                    .GiveUp(payment with { Reason = reason }, PaymentState.Lapsed, now)
                    .Recording(PaymentKinds.Lapsed, payment.ToCapture, reason),
                now
            )
        : payment.State == PaymentState.Refunding ? PaymentRules.Return(payment, payment.Reason, now)
        : PaymentDecision.WithoutEvent(payment);

    // Orders is to be told.
    private static PaymentDecision Lapsed(PaymentDecision decision, DateTimeOffset now) =>
        decision with
        {
            Payment = decision.Payment with { RenewAt = now },
        };

    private static PaymentDecision CapturedPart(
        Payment payment,
        ProviderCall call,
        ProviderAnswer answer,
        DateTimeOffset now
    )
    {
        var answered = payment with { Capturing = payment.Capturing - call.Amount };
        var isDone = call.State == CallState.Succeeded;
        if (isDone)
            answered = answered with
            {
                Captured = payment.Captured + call.Amount,
                Refundable = payment.IsAuthorisedAgain
                    ? [.. payment.Refundable, new RefundableMoney(call.ProviderId!, call.Amount)]
                    : [],
            };
        else if (answer.Kind == AnswerKind.Cancelled && payment.State == PaymentState.Authorised)
            // Whether it has lapsed is looked up at once, and it is renewed then.
            answered = answered with { RenewAt = now };
        if (isDone && (call.Operation == CallOperation.LastCapture || answered.Captured == answered.Amount))
            answered = answered with
            {
                State = payment.State == PaymentState.Authorised ? PaymentState.Captured : payment.State,
                AuthorisedUntil = null,
                RenewAt = null,
            };
        var next = Next(answered, now);
        return isDone ? next.Recording(PaymentKinds.Captured, call.Amount, $"shipment {call.Reference}") : next;
    }

    private static PaymentDecision PartlyRefunded(Payment payment, ProviderCall call, DateTimeOffset now) =>
        Next(payment, now)
            .Recording(
                PaymentKinds.PartlyRefunded,
                call.Amount,
                call.Reference == $"{payment.OrderId}" ? payment.Reason : $"return {call.Reference}"
            );

    private static PaymentDecision Voided(Payment payment, ProviderCall call, DateTimeOffset now) =>
        Next(call.ProviderId == payment.ProviderId ? payment with { AuthorisedUntil = null } : payment, now)
            .Recording(PaymentKinds.Voided, call.Amount, payment.Reason);

    // What follows from an answer that is recorded for itself: the next step of a payment that has ended.
    private static PaymentDecision Next(Payment payment, DateTimeOffset now) =>
        payment.State != PaymentState.Refunding ? PaymentDecision.WithoutEvent(payment)
        : payment is { OpenCalls: 0, AuthorisedUntil: null } && payment.Captured == payment.RefundedInParts
            ? PaymentDecision.WithoutEvent(payment with { State = PaymentState.Refunded })
        : PaymentRules.Return(payment, payment.Reason, now);

    private static PaymentDecision NotCharged(Payment payment, string? reason, DateTimeOffset now) =>
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
        : payment.Captured > 0 || payment.OpenCalls > 0 || payment.AuthorisedUntil is not null
            ? PaymentRules.Return(payment, payment.Reason, now)
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
