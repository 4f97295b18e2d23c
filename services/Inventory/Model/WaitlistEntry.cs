namespace DaprShop.Inventory.Model;

/// <summary>A customer's place in the line for a SKU.</summary>
/// <param name="Place">Number in the line; the lowest is next.</param>
internal sealed record WaitlistEntry(
    Guid Id,
    string Sku,
    string Customer,
    int Quantity,
    long Place,
    WaitlistEntryState State
);

internal enum WaitlistEntryState
{
    Waiting,

    /// <summary>Has an offer, for a time.</summary>
    Offered,

    /// <summary>Took it.</summary>
    Purchased,

    /// <summary>Gave it back.</summary>
    Declined,

    /// <summary>Let its time pass.</summary>
    Lapsed,

    /// <summary>Left the line.</summary>
    Left,
}
