namespace DaprShop.Orders.Model;

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

/// <summary>The states of a shipment.</summary>
internal static class ShipmentStates
{
    public const string Preparing = "preparing";
    public const string Dispatched = "dispatched";
    public const string Delivered = "delivered";
    public const string Refused = "refused";
}
