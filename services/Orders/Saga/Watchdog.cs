using DaprShop.Messaging;
using DaprShop.Orders.Model;

namespace DaprShop.Orders.Saga;

/// <summary>
/// Takes orders away from batches that stand still, whatever the reason: a workflow engine that lost its data, a lost reminder,
/// a worker that hangs. They are claimed again under a new batch id.
/// </summary>
internal sealed class Watchdog(
    SagaStore store,
    SagaOptions settings,
    DispatchSignal dispatch,
    TimeProvider time,
    ILogger<Watchdog> logger
) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                var freed = await store.AbandonAsync(settings.StaleAfter, stoppingToken);
                if (freed > 0)
                    logger.LogFreed(freed, settings.StaleAfter);
                var given = await store.GiveUpAsync(stoppingToken);
                if (given > 0)
                    logger.LogGivenUp(given);
                if (freed > 0)
                    dispatch.Raise();
            }
            catch (Exception e) when (TransientErrors.IsTransient(e) && !stoppingToken.IsCancellationRequested)
            {
                logger.LogWatchdogInterrupted(e.Message);
            }
        }
    }
}
