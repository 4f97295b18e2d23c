using Npgsql;

namespace EmbeddedDapr.State;

/// <summary>Deletes values that have expired. They count as absent without it; it gives their room back.</summary>
internal sealed class SweepingWorker(StateTable table, TimeProvider clock, ILogger<SweepingWorker> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await table.SweepAsync(stoppingToken);
            }
            catch (NpgsqlException e)
            {
                logger.LogSweepingFailed(e.Message);
            }
        }
    }
}
