using DaprShop.Inventory.Model;
using Npgsql;

namespace DaprShop.Inventory.Stock;

/// <summary>
/// Notices that a delivery is late: the time that backorders were promised has passed. Nobody changes stock at that
/// moment, so the promises are renewed here. No answer depends on it: a promise that has passed is not shown.
/// </summary>
internal sealed class LatePromiseReviewer(
    NpgsqlDataSource database,
    StockCommandQueue stock,
    TimeProvider time,
    ILogger<LatePromiseReviewer> logger
) : PollingWorker(Interval, time, logger)
{
    private const int BatchSize = 100;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private static readonly string Late = $"""
        select distinct sku from backorders where {StateConditions.OpenBackorder} and promised_at <= $1 limit $2
        """;
    private readonly TimeProvider _time = time;

    private sealed record SkuRow(string Sku);

    protected override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        var late = await database.QueryAsync<SkuRow>(
            Late,
            [_time.GetUtcNow().UtcDateTime, BatchSize],
            cancellationToken
        );
        foreach (var row in late)
            await stock.RunAsync<ServeQueueCommand>(new ServeQueueCommand(row.Sku), cancellationToken);
        return late.Count == BatchSize;
    }
}
