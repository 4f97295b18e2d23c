using Npgsql;

namespace EmbeddedDapr.State;

/// <summary>Deletes expired values every minute. Reads ignore them before that; deletion frees the space.</summary>
internal sealed class ExpiredStateWorker(StateTable table, TimeProvider clock, ILogger<ExpiredStateWorker> logger)
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
