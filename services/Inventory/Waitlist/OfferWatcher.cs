using DaprShop.Inventory.Holds;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.Messaging;

namespace DaprShop.Inventory.Waitlist;

/// <summary>
/// Tells the actor of a SKU that something of it was offered, after the transaction that did. Who dies before that leaves it to its next start, or to the sweeper.
/// </summary>
internal sealed class OfferWatcher(
    NewOffers made,
    HoldQueries holds,
    WaitlistClient waitlists,
    ILogger<OfferWatcher> logger
) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5));
        HashSet<string>? untold = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                untold ??= await holds.SkusOnOfferAsync(stoppingToken);
                foreach (var sku in untold)
                {
                    await waitlists.WatchAsync(sku, stoppingToken);
                    untold.Remove(sku);
                }

                backoff.Reset();
                untold = await made.ReadAllAsync(stoppingToken);
            }
            catch (Exception e)
                when ((TransientErrors.IsTransient(e) || WaitlistClient.IsAway(e))
                    && !stoppingToken.IsCancellationRequested
                )
            {
                logger.LogWatchInterrupted(e.Message);
                await backoff.WaitAsync(stoppingToken);
            }
        }
    }
}
