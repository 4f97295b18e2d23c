namespace DaprShop.Payments.Model;

/// <summary>
/// One order's payment. An order that was refunded before it was charged leaves a tombstone: refunded, attempt 0,
/// amount 0.
/// </summary>
/// <param name="Amount">GBP to charge, in whole pence.</param>
/// <param name="Attempt">Cards that were tried, the present one included; 0 before the first.</param>
/// <param name="Version">Number of events recorded for this payment.</param>
/// <param name="RefundedInParts">
/// GBP of the captured amount that part refunds return, those without an answer yet included.
/// </param>
/// <param name="RefundsExact">GBP, before rounding, of the part refunds that were requested.</param>
/// <param name="EndedAt">
/// When the order's end was decided: no charge is asked for from then on. Null while the order stands.
/// </param>
/// <param name="ProviderId">
/// The provider's id of the captured payment, or of the present authorisation; null before there is one.
/// </param>
/// <param name="Captured">GBP captured so far.</param>
/// <param name="Capturing">GBP of captures that have no answer yet.</param>
/// <param name="Released">GBP of <paramref name="Amount"/> that are not captured any more: for units cancelled before.</param>
/// <param name="AuthorisedUntil">
/// When the present authorisation ends; null where there is none, or no longer, known by the provider's answer.
/// </param>
/// <param name="RenewAt">
/// When the authorisation is to be renewed, or Orders to be told that it has lapsed. Null while it is being renewed.
/// </param>
/// <param name="Renewals">Times that it was renewed, the present renewal included.</param>
/// <param name="OpenCalls">Requests to the provider that have no final answer yet.</param>
internal sealed record Payment(
    Guid OrderId,
    decimal Amount,
    PaymentState State,
    string? Reason,
    int Attempt,
    int Version,
    decimal RefundedInParts = 0,
    decimal RefundsExact = 0,
    string? ProviderId = null,
    DateTimeOffset? EndedAt = null,
    decimal Captured = 0,
    decimal Capturing = 0,
    decimal Released = 0,
    DateTimeOffset? AuthorisedUntil = null,
    DateTimeOffset? RenewAt = null,
    int Renewals = 0,
    int OpenCalls = 0
)
{
    /// <summary>The card that the request names; it is stored with the call that charges it.</summary>
    public string Token { get; init; } = "";

    /// <summary>
    /// Of a payment that was authorised more than once: what is left to refund of each, by the provider's id. Empty
    /// for all others.
    /// </summary>
    public IReadOnlyList<RefundableMoney> Refundable { get; init; } = [];

    /// <summary>Captures may belong to several authorisations.</summary>
    public bool IsAuthorisedAgain => Renewals > 0 || Attempt > 1;

    /// <summary>GBP that the remaining shipments capture together.</summary>
    public decimal ToCapture => Math.Max(0, Amount - Released - Captured - Capturing);

    /// <summary>A new authorisation is asked for; nothing is captured meanwhile.</summary>
    public bool IsRenewing => State == PaymentState.Authorised && RenewAt is null;

    /// <summary>The payment of an order that no request has named before.</summary>
    /// <param name="amount">GBP; rounded to whole pence.</param>
    public static Payment New(Guid orderId, decimal amount, string token) =>
        new(orderId, MinorUnits.Round(amount), PaymentState.Pending, null, 0, 0) { Token = token };
}

/// <summary>GBP that were captured of one authorisation, less what refunds return of it.</summary>
internal sealed record RefundableMoney(string ProviderId, decimal Amount);

/// <summary>Money as providers move it: in whole pence.</summary>
internal static class MinorUnits
{
    private const int MinorUnitDecimals = 2;
    private const int PerPound = 100;

    /// <summary>
    /// Rounds to the minor unit, halves away from zero as merchants do (and PostgreSQL's <c>round</c>). An order's money
    /// is rounded once when it is charged, and once per refund.
    /// </summary>
    public static decimal Round(decimal amount) =>
        decimal.Round(amount, MinorUnitDecimals, MidpointRounding.AwayFromZero);

    /// <summary>Whole pence, as providers count.</summary>
    /// <param name="amount">GBP, rounded by <see cref="Round"/>.</param>
    public static long Count(decimal amount) => decimal.ToInt64(amount * PerPound);
}
