namespace DaprShop.Shop.Import;

/// <summary>What the import reads of the gateway's answers.</summary>
internal sealed record AcceptedAnswer(Guid Id);

internal sealed record OutcomeAnswer(Guid? Id, IReadOnlyList<ComplaintAnswer>? Errors);

internal sealed record ComplaintAnswer(string Field, string Detail);

internal sealed record ItemAnswer(string Sku);

internal sealed record BookedAnswer;

internal sealed record CreditAnswer(decimal Amount);

internal sealed record BacklogAnswer(int InSaga, int UnfinishedBatches);

internal sealed record OrdersAnswer(IReadOnlyList<OrderAnswer> Orders, long? Cursor);

internal sealed record OrderAnswer(Guid Id);

internal sealed record StockAnswer(IReadOnlyList<StockedItem> Items, string? Cursor);

internal sealed record StockedItem(string Sku, bool Stocked, StockQuantities Total);

internal sealed record StockQuantities(long OnHand, long Allocated, long Available);

/// <summary>Orders and what they add up to.</summary>
internal sealed record SummaryAnswer(IReadOnlyDictionary<string, int> ByStatus, decimal Revenue, long Units, int Lines)
{
    public int Total => ByStatus.Values.Sum();

    public int Of(string status) => ByStatus.GetValueOrDefault(status);
}
