using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DaprShop.Messaging;

/// <summary>
/// Compares each watermark with its producer's log now and then, and fetches what no message has brought:
/// what was published before the first subscription, or forgotten by a broker that had acknowledged it.
/// </summary>
internal sealed class CatchUp(IEnumerable<EventIntake> intakes, TimeProvider time, ILogger<CatchUp> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var intake in intakes)
            {
                try
                {
                    var fetched = await intake.CatchUpAsync(stoppingToken);
                    if (fetched > 0)
                        logger.LogCaughtUp(intake.Topic, fetched);
                }
                catch (Exception e) when (Transient.Is(e) || e is EventNotAppliedException)
                {
                    stoppingToken.ThrowIfCancellationRequested();
                    logger.LogCatchUpInterrupted(intake.Topic, e.Message);
                }
            }
        }
    }
}
