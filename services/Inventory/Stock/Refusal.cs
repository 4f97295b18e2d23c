using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Stock;

/// <summary>The outcome of a keyed command. <paramref name="Refusal"/> is null where it was executed.</summary>
/// <param name="Body">The response as JSON; empty where the command was refused.</param>
/// <param name="Replayed">True where an earlier request with the same key was executed.</param>
internal sealed record CommandOutcome(string Body, bool Replayed, Refusal? Refusal);

/// <summary>The reason why a command was not executed.</summary>
/// <param name="Subject">The SKU, hold, document or key that it is about.</param>
/// <param name="Items">Requested and available units, where units were missing.</param>
/// <param name="State">The current state or number that did not fit the command.</param>
internal sealed record Refusal(
    RefusalKind Kind,
    string Subject,
    IReadOnlyList<ShortLevel>? Items = null,
    object? State = null
);

internal enum RefusalKind
{
    /// <summary>The key was used for another request.</summary>
    OtherRequest,

    UnknownSku,

    /// <summary>The location was not declared.</summary>
    UnknownLocation,

    /// <summary>The SKU is a service, which is never stocked.</summary>
    NeverStocked,

    /// <summary>The item was taken off sale: nothing new is promised of it.</summary>
    NotOnSale,

    /// <summary>Fewer units are available than requested.</summary>
    OutOfStock,

    /// <summary>On-hand differs from the value that the caller expects.</summary>
    Stale,

    /// <summary>There is no such hold, order, document or waitlist entry that the caller may see.</summary>
    NotFound,

    /// <summary>The hold or the document has ended.</summary>
    Ended,

    /// <summary>Accepted orders name the hold that have not used it yet.</summary>
    InUse,

    /// <summary>The document or the waitlist entry exists already.</summary>
    Exists,

    /// <summary>A reference or key that is an order's id.</summary>
    OrderId,

    /// <summary>More units than are announced.</summary>
    TooMany,

    /// <summary>More units than are allocated to the order at the location.</summary>
    TooFewAllocated,

    /// <summary>More units than are set aside.</summary>
    TooFewSetAside,

    /// <summary>A supplier's delivery has no source location to return units to.</summary>
    NoSource,

    /// <summary>More units than one customer may buy.</summary>
    LimitExceeded,
}
