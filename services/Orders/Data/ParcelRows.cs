namespace DaprShop.Orders.Data;

/// <summary>Units of an order that leave together.</summary>
/// <param name="Number">Among the shipments of its order: from 1.</param>
/// <param name="State">preparing (nothing else may happen to the order), dispatched, delivered or refused.</param>
/// <param name="Lines">A JSON array of sku, location (null: wherever they are) and quantity.</param>
/// <param name="DueAt">When it is to be carried out at the latest, if whoever began it has not.</param>
internal sealed record ShipmentRow(
    Guid Id,
    Guid OrderId,
    int Number,
    string State,
    string Lines,
    string Actor,
    string Key,
    byte[] Fingerprint,
    string? Reason,
    DateTimeOffset CreatedAt,
    DateTimeOffset? DispatchedAt,
    DateTimeOffset? DeliveredAt,
    DateTimeOffset DueAt,
    int Attempts
);

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

/// <summary>The states of both.</summary>
internal static class ParcelStates
{
    public const string Preparing = "preparing";
    public const string Dispatched = "dispatched";
    public const string Delivered = "delivered";
    public const string Refused = "refused";
    public const string Requested = "requested";
    public const string Decided = "decided";
    public const string Settled = "settled";
}
