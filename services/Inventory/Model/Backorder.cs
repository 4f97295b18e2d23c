namespace DaprShop.Inventory.Model;

/// <summary>Units of an order that wait for stock.</summary>
/// <param name="Place">The order's number: who came first is served first.</param>
/// <param name="PromisedAt">When announced stock should cover it; null where none does.</param>
internal sealed record Backorder(
    Guid OrderId,
    string Sku,
    long Place,
    int Quantity,
    int Filled,
    DateTimeOffset? PromisedAt,
    BackorderState State
)
{
    public int Left => State == BackorderState.Open ? Quantity - Filled : 0;
}

internal enum BackorderState
{
    Open,
    Filled,
    Cancelled,
}
