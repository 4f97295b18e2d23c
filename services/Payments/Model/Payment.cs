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
/// <param name="ProviderId">The provider's id of the captured payment; null before it is captured.</param>
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
    DateTimeOffset? EndedAt = null
)
{
    /// <summary>The card that the request names; it is stored with the call that charges it.</summary>
    public string Token { get; init; } = "";

    /// <summary>The payment of an order that no request has named before.</summary>
    /// <param name="amount">GBP; rounded to whole pence.</param>
    public static Payment New(Guid orderId, decimal amount, string token) =>
        new(orderId, MinorUnits.Round(amount), PaymentState.Pending, null, 0, 0) { Token = token };
}

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
