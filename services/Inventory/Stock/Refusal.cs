using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Stock;

/// <summary>What became of a keyed request: <paramref name="Refusal"/> is null where it was carried out.</summary>
internal sealed record CommandOutcome(string Body, bool Replayed, Refusal? Refusal);

/// <summary>Why nothing was done.</summary>
/// <param name="What">The SKU, hold, document or key that stood in the way.</param>
/// <param name="Items">What was asked for and what is available, where units were missing.</param>
/// <param name="State">What it is instead.</param>
internal sealed record Refusal(
    RefusalKind Kind,
    string What,
    IReadOnlyList<ShortLevel>? Items = null,
    object? State = null
);

internal enum RefusalKind
{
    /// <summary>The key names another request.</summary>
    OtherRequest,

    UnknownSku,

    /// <summary>A service is never stocked.</summary>
    NeverStocked,

    /// <summary>Not enough is available.</summary>
    OutOfStock,

    /// <summary>On-hand is not what the caller thinks.</summary>
    Stale,

    /// <summary>No such hold, order, document or place in line that the caller may see.</summary>
    NotFound,

    /// <summary>It is over: the hold, the document.</summary>
    Ended,

    /// <summary>There is one already.</summary>
    Exists,

    /// <summary>More than is announced, allocated or set aside.</summary>
    TooMany,

    /// <summary>Nothing goes back to a supplier that never arrived.</summary>
    NoSource,

    /// <summary>More than one customer may have.</summary>
    LimitExceeded,
}
