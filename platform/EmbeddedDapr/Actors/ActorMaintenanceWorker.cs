using Npgsql;

namespace EmbeddedDapr.Actors;

/// <summary>Discovers new replicas, deactivates idle actors and deletes expired state, every 5 s.</summary>
internal sealed class ActorMaintenanceWorker(
    ActorHosts hosts,
    ActorDirectory directory,
    ActorInvoker calls,
    ActorStateStore state,
    TimeProvider clock,
    ILogger<ActorMaintenanceWorker> logger
) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await hosts.RefreshUnknownAsync(stoppingToken);
            var now = clock.GetUtcNow();
            await Task.WhenAll(
                directory
                    .Active()
                    .Where(actor => actor.LastUsed + actor.Host.Config.Idle < now)
                    .Select(idle => calls.DeactivateAsync(idle, stoppingToken))
            );
            try
            {
                await state.DeleteExpiredAsync(stoppingToken);
            }
            catch (NpgsqlException e)
            {
                logger.LogExpiredStateNotDeleted(e.Message);
            }
        }
    }
}
