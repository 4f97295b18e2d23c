namespace DaprShop.Shop.Gateway;

/// <summary>The response to a placed order.</summary>
internal sealed record OrderPlaced(Guid Id);

/// <summary>The outcome of one order of a batch: its id, or the errors for which it was rejected.</summary>
internal sealed record PlacementOutcome(Guid? Id, IReadOnlyList<PlacementError>? Errors);

internal sealed record PlacementError(string Field, string Detail);

internal sealed record ItemSaved(string Sku);

/// <summary>The response to a stock booking; no member of it is used.</summary>
internal sealed record StockBooked;

/// <param name="Amount">GBP.</param>
internal sealed record CreditGiven(decimal Amount);

/// <param name="InSaga">Orders that still have a step to run.</param>
internal sealed record SagaBacklog(int InSaga, int UnfinishedBatches);

/// <param name="Cursor">Where the next page starts; null on the last page.</param>
internal sealed record StockPage(IReadOnlyList<StockedItem> Items, string? Cursor);

internal sealed record StockedItem(string Sku, bool Stocked, StockTotal Total);

/// <summary>Units of one SKU over all locations.</summary>
internal sealed record StockTotal(long OnHand, long Allocated, long Available, long Short = 0);

/// <summary>Orders by status, and the totals of those that are neither rejected, cancelled nor expired.</summary>
/// <param name="Revenue">GBP.</param>
internal sealed record OrdersSummary(IReadOnlyDictionary<string, int> ByStatus, decimal Revenue, long Units, int Lines)
{
    public int Total => ByStatus.Values.Sum();

    public int Of(string status) => ByStatus.GetValueOrDefault(status);
}
