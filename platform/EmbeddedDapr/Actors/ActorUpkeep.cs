using Npgsql;

namespace EmbeddedDapr.Actors;

/// <summary>Finds replicas that have come, deactivates idle actors, deletes expired state. None of it is waited for by a reminder.</summary>
internal sealed class ActorUpkeep(
    ActorHosts hosts,
    ActorDirectory directory,
    ActorCalls calls,
    ActorState state,
    TimeProvider clock,
    ILogger<ActorUpkeep> logger
) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await hosts.AskUnknownAsync(stoppingToken);
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
                logger.LogActorStateKept(e.Message);
            }
        }
    }
}
