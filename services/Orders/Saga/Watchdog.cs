using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Saga;

/// <summary>
/// Abandons batches without progress, whatever the cause: a workflow engine that lost its data, a lost reminder, a
/// worker that hangs. Their orders are claimed again under a new batch id. Orders that were claimed too often go to an
/// operator.
/// </summary>
internal sealed class Watchdog(
    SagaStore store,
    SagaOptions options,
    DispatchSignal dispatch,
    TimeProvider time,
    ILogger<Watchdog> logger
) : PollingWorker(Interval, time, logger, waitFirst: true)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    protected override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        var abandoned = await store.AbandonAsync(options.StaleAfter, cancellationToken);
        if (abandoned > 0)
            logger.LogAbandoned(abandoned, options.StaleAfter);
        var givenUp = await store.GiveUpAsync(cancellationToken);
        if (givenUp > 0)
            logger.LogGivenUp(givenUp);
        if (abandoned > 0)
            dispatch.Raise();
        return false;
    }
}
