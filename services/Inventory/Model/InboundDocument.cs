namespace DaprShop.Inventory.Model;

/// <summary>Units announced to a location: by a supplier, or in transit from another location.</summary>
/// <param name="Source">The location they come from; null for a supplier.</param>
internal sealed record InboundDocument(
    string Reference,
    string Location,
    string? Source,
    DateTimeOffset? ExpectedAt,
    InboundState State,
    string? Reason,
    IReadOnlyList<InboundLine> Lines
);

/// <param name="Closed">Units that never arrived: given up, or gone back.</param>
internal sealed record InboundLine(string Sku, int Expected, int Received, int Closed)
{
    /// <summary>Still to come; never negative, even where more arrived than was announced.</summary>
    public int Left => Math.Max(Expected - Received - Closed, 0);
}

internal enum InboundState
{
    Expected,
    InTransit,
    PartiallyReceived,
    Received,
    Cancelled,
}

/// <summary>Units announced for a day.</summary>
internal sealed record ExpectedReceipt(string Sku, DateTimeOffset At, long Quantity);
