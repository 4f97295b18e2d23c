namespace DaprShop.Inventory.Model;

/// <summary>Units announced to a location: by a supplier, or in transit from another location.</summary>
/// <param name="Source">The location that sent them; null for a supplier.</param>
/// <param name="Unavailable">True: the units are set aside, on the way and after.</param>
internal sealed record InboundDocument(
    string Reference,
    string Location,
    string? Source,
    DateTimeOffset? ExpectedAt,
    InboundState State,
    string? Reason,
    IReadOnlyList<InboundLine> Lines,
    bool Unavailable = false
);

/// <summary>The units of one SKU in a document.</summary>
/// <param name="Closed">Units that will not arrive: written off, or returned to their source.</param>
internal sealed record InboundLine(string Sku, int Expected, int Received, int Closed)
{
    /// <summary>Units still to arrive; never negative, even where more arrived than was announced.</summary>
    public int Remaining => Math.Max(Expected - Received - Closed, 0);
}

internal enum InboundState
{
    /// <summary>Announced by a supplier.</summary>
    Expected,

    /// <summary>Sent from another location.</summary>
    InTransit,

    PartiallyReceived,

    Received,

    /// <summary>Closed before anything arrived.</summary>
    Cancelled,
}

/// <summary>Units of a SKU that an open document announces for a time.</summary>
internal sealed record ExpectedReceipt(string Sku, DateTimeOffset ExpectedAt, long Quantity, string Reference);
