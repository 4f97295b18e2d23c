namespace DaprShop.Orders.Placing;

/// <summary>An order that can be accepted.</summary>
internal sealed record AcceptOrder(
    string Caller,
    string Key,
    byte[] Fingerprint,
    string Customer,
    IReadOnlyList<PricedLine> Lines,
    string PaymentToken,
    string OnShortage,
    Guid? HoldId = null
);

/// <summary>What the caller is told; null <paramref name="Order"/>: the key names another intent.</summary>
internal sealed record Acceptance(AcceptedOrder? Order, bool Replayed);

/// <summary>The answer to an accepted order, the same on every repetition.</summary>
internal sealed record AcceptedOrder(
    Guid Id,
    long Number,
    string Status,
    int Version,
    decimal Total,
    IReadOnlyList<PricedLine> Lines
);
