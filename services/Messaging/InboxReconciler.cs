using DaprShop.ServiceDefaults;
using Microsoft.Extensions.Logging;

namespace DaprShop.Messaging;

/// <summary>
/// Compares each watermark with its producer's log every five seconds and fetches the events that no message has
/// brought: events published before the first subscription, or lost by a broker that had acknowledged them.
/// </summary>
internal sealed class InboxReconciler(IEnumerable<Inbox> inboxes, TimeProvider time, ILogger<InboxReconciler> logger)
    : PollingWorker(TimeSpan.FromSeconds(5), time, logger, waitFirst: true)
{
    protected override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        foreach (var inbox in inboxes)
        {
            try
            {
                var fetched = await inbox.ReconcileAsync(cancellationToken);
                if (fetched > 0)
                    logger.LogReconciled(inbox.Topic, fetched);
            }
#pragma warning disable CA1031 // The other producers' logs can be read all the same.
            catch (Exception e)
#pragma warning restore CA1031
            {
                cancellationToken.ThrowIfCancellationRequested();
                logger.LogReconciliationInterrupted(inbox.Topic, e.Message);
            }
        }

        return false;
    }
}
