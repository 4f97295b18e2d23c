using DaprShop.Inventory.Holds;
using DaprShop.Inventory.Stock;

namespace DaprShop.Inventory.Waitlist;

/// <summary>
/// Lets the actor of a SKU set its reminder after a transaction has made an offer. After a crash, the next start does
/// it for all open offers, or the sweeper of expired holds ends them.
/// </summary>
internal sealed class OfferWatcher(
    NewOffers newOffers,
    HoldQueries holds,
    WaitlistClient waitlists,
    ILogger<OfferWatcher> logger
) : BackgroundService
{
    // Not a PollingWorker: it waits for SKUs, not for a signal, and keeps those whose actor could not be reached.
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5));
        HashSet<string>? pending = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                pending ??= await holds.SkusWithOffersAsync(stoppingToken);
                foreach (var sku in pending)
                {
                    await waitlists.WatchAsync(sku, stoppingToken);
                    pending.Remove(sku);
                }

                backoff.Reset();
                pending = await newOffers.ReadAllAsync(stoppingToken);
            }
            catch (Exception e)
                when ((TransientErrors.IsTransient(e) || WaitlistClient.IsUnreachable(e))
                    && !stoppingToken.IsCancellationRequested
                )
            {
                logger.LogWatchInterrupted(e.Message);
                await backoff.WaitAsync(stoppingToken);
            }
        }
    }
}
