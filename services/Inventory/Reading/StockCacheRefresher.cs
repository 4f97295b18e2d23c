using System.Collections.Concurrent;
using DaprShop.Inventory.Model;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Reading;

/// <summary>Reads what is asked for again before it is too old to answer, many SKUs by one statement: so nobody waits for what others ask for too.</summary>
internal sealed class StockCacheRefresher(
    GroupCommit<StockQuery, StockReadResult> loads,
    TimeProvider time,
    ILogger<StockCacheRefresher> logger
) : BackgroundService
{
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(100);
    private readonly ConcurrentDictionary<string, bool> _due = new(StringComparer.Ordinal);

    /// <summary>Somebody was just answered with an entry that is getting old.</summary>
    public void Wish(string sku) => _due.TryAdd(sku, true);

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
                // Only now: while it is loaded, nobody need wish for it again.
                foreach (var sku in skus)
                    _due.TryRemove(sku, out _);
            }
        }
    }
}
