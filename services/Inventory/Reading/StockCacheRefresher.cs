using System.Collections.Concurrent;
using DaprShop.Inventory.Model;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Reading;

/// <summary>
/// Re-reads requested SKUs before their entries are too old, many by one statement, so that requests for popular SKUs
/// do not wait. While the database cannot be read, cached stock is returned with its age.
/// </summary>
internal sealed class StockCacheRefresher(
    GroupCommit<StockQuery, StockReadResult> loads,
    TimeProvider time,
    ILogger<StockCacheRefresher> logger
) : PollingWorker(Gathering, time, logger)
{
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(100);
    private readonly ConcurrentDictionary<string, bool> _due = new(StringComparer.Ordinal);

    /// <summary>Requests a re-read of a SKU whose returned entry is ageing.</summary>
    public void Request(string sku) => _due.TryAdd(sku, true);

    protected override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        var skus = _due.Keys.ToList();
        try
        {
            await Task.WhenAll(
                skus.Select(sku => loads.RunAsync(new StockQuery(sku) { IsAhead = true }, cancellationToken))
            );
        }
        finally
        {
            // Removed after the load, so that a SKU being loaded is not requested again.
            foreach (var sku in skus)
                _due.TryRemove(sku, out _);
        }

        return false;
    }
}
