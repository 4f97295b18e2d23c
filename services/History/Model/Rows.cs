namespace DaprShop.History.Model;

/// <summary>The customer who placed an order.</summary>
internal sealed record OrderOwner(Guid OrderId, string Customer);

/// <summary>A row of <c>order_timeline</c>.</summary>
internal sealed record OrderTimelineRow(
    Guid OrderId,
    DateTimeOffset At,
    short Step,
    long Position,
    string Type,
    string? FromStatus,
    string? ToStatus,
    string? Reason,
    string? Details,
    int? Version,
    string? Actor,
    string? Trace
);

/// <summary>A row of <c>stock_operations</c>: what all movements of one operation have in common.</summary>
internal sealed record StockOperationRow(
    long Position,
    DateTimeOffset At,
    string Kind,
    string Cause,
    string Actor,
    string? Reason
);

/// <summary>
/// A row of <c>stock_timeline</c>: one movement of one stock level, with the level's quantities after it.
/// </summary>
internal sealed record StockTimelineRow(
    string Sku,
    string Location,
    long Sequence,
    long Operation,
    long OnHand,
    long Allocated,
    long Available,
    long Held,
    long Unavailable,
    long Incoming,
    long Quantity
);
