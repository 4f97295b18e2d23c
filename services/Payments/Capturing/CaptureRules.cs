using DaprShop.Contracts;
using DaprShop.Payments.Model;

namespace DaprShop.Payments.Capturing;

/// <summary>
/// Decides what a shipment captures, so that no more is captured than was authorised, and everything that was shipped
/// has been captured to the penny.
/// </summary>
internal static class CaptureRules
{
    private const string Lapsed =
        "The authorisation of the payment has lapsed and could not be renewed: the customer must pay anew.";

    /// <summary>
    /// Asks for what is missing to <paramref name="total"/> (GBP, exact), the price of everything shipped by then. So
    /// the shipments of an order add up before they are rounded, and what a refused shipment has captured counts for the
    /// next one.
    /// </summary>
    /// <param name="isLast">Nothing is left to ship afterwards: the rest is voided.</param>
    public static PaymentDecision Capture(
        Payment payment,
        Guid shipment,
        decimal total,
        bool isLast,
        DateTimeOffset now
    )
    {
        if (payment.State != PaymentState.Authorised || payment.IsRenewing || payment.Capturing > 0)
            return PaymentDecision.WithoutEvent(payment);
        var due = Due(payment, total);
        return due > 0
                ? new PaymentDecision(
                    payment with
                    {
                        Capturing = due,
                    },
                    Call: ProviderCall.Capture(payment, shipment, due, isLast, now)
                )
            : isLast ? PaymentRules.GiveUp(payment, PaymentState.Captured, now)
            : PaymentDecision.WithoutEvent(payment);
    }

    /// <summary>
    /// Authorises what is not captured yet anew, because the authorisation ends soon or has ended. While a capture has
    /// no answer, it is not the time.
    /// </summary>
    /// <param name="payment">With the card that was authorised.</param>
    public static PaymentDecision Renew(Payment payment, DateTimeOffset now)
    {
        if (payment.State != PaymentState.Authorised || payment.IsRenewing || payment.Capturing > 0)
            return PaymentDecision.WithoutEvent(payment);
        if (payment.ToCapture == 0)
            return PaymentRules.GiveUp(payment, PaymentState.Captured, now);
        var renewing = payment with { RenewAt = null, Renewals = payment.Renewals + 1 };
        return new PaymentDecision(renewing, Call: ProviderCall.Renewal(renewing, now));
    }

    /// <summary>Tells Orders what became of its request.</summary>
    /// <param name="call">The shipment's capture; null where none was asked for.</param>
    public static CaptureResponse Outcome(Payment payment, ProviderCall? call, decimal total) =>
        call switch
        {
            { State: CallState.Succeeded } => new(CaptureState.Captured),
            { State: CallState.Failed } => new(
                CaptureState.Refused,
                call.Reason,
                payment.State == PaymentState.Lapsed ? new LapsedPayment(payment.OrderId, payment.Attempt) : null
            ),
            not null => new(CaptureState.Pending, call.Reason),
            _ => payment.State switch
            {
                PaymentState.Captured => new(CaptureState.Captured),
                PaymentState.Authorised when payment.IsRenewing || payment.Capturing > 0 => new(CaptureState.Pending),
                PaymentState.Authorised => new(CaptureState.Captured),
                PaymentState.Lapsed when Due(payment, total) <= 0 => new(CaptureState.Captured),
                PaymentState.Lapsed => new(CaptureState.Refused, Lapsed, new(payment.OrderId, payment.Attempt)),
                PaymentState.Pending => new(CaptureState.Pending),
                _ => new(CaptureState.Refused, "The payment has ended: nothing can be captured any more."),
            },
        };

    private static decimal Due(Payment payment, decimal total) =>
        Math.Min(MinorUnits.Round(total) - payment.Captured, payment.ToCapture);
}
