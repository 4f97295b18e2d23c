namespace DaprShop.Orders.Model;

/// <summary>Units that a customer sends back.</summary>
/// <param name="State">requested, decided (stock and money are on their way) or settled.</param>
/// <param name="Lines">A JSON array of sku and quantity.</param>
/// <param name="Decision">A JSON array of sku, quantity and disposition; null before.</param>
/// <param name="Location">Where they came back to; null: the default.</param>
/// <param name="Amount">GBP to be refunded; null before the decision.</param>
/// <param name="Reason">The customer's.</param>
internal sealed record ReturnRow(
    Guid Id,
    Guid OrderId,
    int Number,
    string State,
    string Lines,
    string? Decision,
    string? Location,
    decimal? Amount,
    string Reason,
    string Caller,
    string Key,
    byte[] Fingerprint,
    string? Decider,
    DateTimeOffset CreatedAt,
    DateTimeOffset? DecidedAt,
    DateTimeOffset? SettledAt,
    DateTimeOffset DueAt,
    int Attempts
);

/// <summary>The states of a return.</summary>
internal static class ReturnStates
{
    public const string Requested = "requested";
    public const string Decided = "decided";
    public const string Settled = "settled";
}
