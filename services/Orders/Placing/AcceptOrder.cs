using DaprShop.Orders.Paying;

namespace DaprShop.Orders.Placing;

/// <summary>A valid, priced order to accept.</summary>
/// <param name="Caller">The user who sent it; a key belongs to its caller.</param>
/// <param name="Fingerprint">Equal for equal orders: a repeated key with another fingerprint is a conflict.</param>
/// <param name="Id">The id that the order gets, where its hold was claimed for it; null: a new one.</param>
/// <param name="AnotherCard">Where the card is declined, the customer may name another one.</param>
/// <param name="Card">
/// The caller's request, where <paramref name="Key"/> is not the caller's: a repetition is known by it.
/// </param>
internal sealed record AcceptOrder(
    string Caller,
    string Key,
    byte[] Fingerprint,
    string Customer,
    IReadOnlyList<PricedLine> Lines,
    string PaymentToken,
    string OnShortage,
    Guid? HoldId = null,
    Guid? Id = null,
    bool AnotherCard = false,
    CardRequest? Card = null
);

/// <summary>The result for one request.</summary>
/// <param name="Order">Null where the key was used with another order.</param>
/// <param name="Replayed">The order was accepted by an earlier request.</param>
internal sealed record Acceptance(AcceptedOrder? Order, bool Replayed);

/// <summary>The response for an accepted order; every repetition returns the same.</summary>
internal sealed record AcceptedOrder(
    Guid Id,
    long Number,
    string Status,
    int Version,
    decimal Total,
    IReadOnlyList<PricedLine> Lines
);
