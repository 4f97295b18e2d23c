namespace DaprShop.Orders.Model;

/// <summary>Units that a customer returns.</summary>
/// <param name="State">requested, decided (stock and refund are being processed) or settled.</param>
/// <param name="Lines">A JSON array of sku and quantity.</param>
/// <param name="Decision">A JSON array of sku, quantity and disposition; null before the decision.</param>
/// <param name="Location">The location of the units; null: the default.</param>
/// <param name="Amount">The refund in GBP; null before the decision.</param>
/// <param name="Reason">The customer's reason.</param>
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
