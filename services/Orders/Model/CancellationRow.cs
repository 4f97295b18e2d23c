namespace DaprShop.Orders.Model;

/// <summary>Units of an order that were cancelled before they left.</summary>
/// <param name="Number">Counts the cancellations of the order, from 1.</param>
/// <param name="State">
/// requested (stock and refund are being processed), settled, or order_cancelled: nothing was left of the order, which was
/// cancelled itself.
/// </param>
/// <param name="Lines">A JSON array of line, sku and quantity.</param>
/// <param name="ByOperator">The caller acted as an operator, and not as the customer.</param>
/// <param name="Amount">The refund in GBP; 0 where the order was not paid.</param>
internal sealed record CancellationRow(
    Guid Id,
    Guid OrderId,
    int Number,
    string State,
    string Lines,
    decimal Amount,
    string? Reason,
    string Caller,
    bool ByOperator,
    string Key,
    byte[] Fingerprint,
    DateTimeOffset CreatedAt,
    DateTimeOffset? SettledAt,
    DateTimeOffset DueAt,
    int Attempts
);

/// <summary>The states of a cancellation.</summary>
internal static class CancellationStates
{
    public const string Requested = "requested";
    public const string Settled = "settled";
    public const string OrderCancelled = "order_cancelled";
}
