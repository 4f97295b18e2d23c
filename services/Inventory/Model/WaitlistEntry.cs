namespace DaprShop.Inventory.Model;

/// <summary>A customer's entry in the waitlist of a SKU.</summary>
/// <param name="Quantity">Units wanted.</param>
/// <param name="Position">Assigned by the database; the waiting entry with the lowest is next.</param>
internal sealed record WaitlistEntry(
    Guid Id,
    string Sku,
    string Customer,
    int Quantity,
    long Position,
    WaitlistEntryState State
);

internal enum WaitlistEntryState
{
    Waiting,

    /// <summary>Has an offer for a limited time.</summary>
    Offered,

    /// <summary>The customer ordered with the offer.</summary>
    Purchased,

    /// <summary>The customer declined the offer.</summary>
    Declined,

    /// <summary>The offer expired.</summary>
    Lapsed,

    /// <summary>The customer left the waitlist.</summary>
    Left,
}
