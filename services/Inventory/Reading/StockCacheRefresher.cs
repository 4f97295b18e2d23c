using System.Collections.Concurrent;
using DaprShop.Inventory.Model;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Reading;

/// <summary>
/// Re-reads requested SKUs before their entries are too old, many by one statement, so that requests for popular SKUs
/// do not wait.
/// </summary>
internal sealed class StockCacheRefresher(
    GroupCommit<StockQuery, StockReadResult> loads,
    TimeProvider time,
    ILogger<StockCacheRefresher> logger
) : BackgroundService
{
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(100);
    private readonly ConcurrentDictionary<string, bool> _due = new(StringComparer.Ordinal);

    /// <summary>Requests a re-read of a SKU whose returned entry is ageing.</summary>
    public void Request(string sku) => _due.TryAdd(sku, true);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Gathering, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var skus = _due.Keys.ToList();
            if (skus.Count == 0)
                continue;
            try
            {
                await Task.WhenAll(
                    skus.Select(sku => loads.RunAsync(new StockQuery(sku) { IsAhead = true }, stoppingToken))
                );
            }
            catch (Exception e) when (TransientErrors.IsTransient(e))
            {
                stoppingToken.ThrowIfCancellationRequested();
                logger.LogReturningCachedStock(e.Message);
            }
            finally
            {
                // Removed after the load, so that a SKU being loaded is not requested again.
                foreach (var sku in skus)
                    _due.TryRemove(sku, out _);
            }
        }
    }
}
