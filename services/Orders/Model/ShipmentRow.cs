namespace DaprShop.Orders.Model;

/// <summary>Units of an order that are shipped together.</summary>
/// <param name="Number">Counts the shipments of the order, from 1.</param>
/// <param name="State">preparing (the order cannot be cancelled meanwhile), dispatched, delivered or refused.</param>
/// <param name="Lines">A JSON array of sku, location (null: the locations of the allocation) and quantity.</param>
/// <param name="DueAt">The time of the next attempt.</param>
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
