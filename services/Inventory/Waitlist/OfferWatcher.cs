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
    TimeProvider time,
    ILogger<OfferWatcher> logger
) : PollingWorker(Interval, time, logger, newOffers.Signal)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    // SKUs whose actor could not be reached stay in it for the next pass.
    private HashSet<string>? _pending;

    protected override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        _pending ??= await holds.SkusWithOffersAsync(cancellationToken);
        _pending.UnionWith(newOffers.ReadQueued());
        foreach (var sku in _pending)
        {
            await waitlists.WatchAsync(sku, cancellationToken);
            _pending.Remove(sku);
        }

        return false;
    }

    protected override bool IsRetryable(Exception exception) =>
        base.IsRetryable(exception) || WaitlistClient.IsUnreachable(exception);
}
