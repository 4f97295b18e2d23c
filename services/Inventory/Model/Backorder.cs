namespace DaprShop.Inventory.Model;

/// <summary>Units of an order that wait for stock.</summary>
/// <param name="OrderNumber">Backorders of a SKU are filled in the order of this number.</param>
/// <param name="Quantity">Units ordered that were not available.</param>
/// <param name="Filled">Units allocated since.</param>
/// <param name="PromisedAt">
/// When announced stock should cover it, as the customer was told last; null where none does.
/// </param>
internal sealed record Backorder(
    Guid OrderId,
    string Sku,
    long OrderNumber,
    int Quantity,
    int Filled,
    DateTimeOffset? PromisedAt,
    BackorderState State
)
{
    /// <summary>Units still to be filled; 0 where the backorder is not open.</summary>
    public int Left => State == BackorderState.Open ? Quantity - Filled : 0;
}

internal enum BackorderState
{
    Open,
    Filled,
    Cancelled,
}
