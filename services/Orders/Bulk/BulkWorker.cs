using DaprShop.Messaging;

namespace DaprShop.Orders.Bulk;

/// <summary>Raised when a bulk job may have become due.</summary>
internal sealed class BulkSignal : WorkSignal;

/// <summary>
/// Goes on with bulk jobs, each in its turn, on every replica. It adds no orders while the saga has <c>Bulk:Backlog</c> before it, so that who
/// orders by hand meanwhile does not stand behind a whole file.
/// </summary>
internal sealed class BulkWorker(
    BulkQueue queue,
    BulkBatchProcessor stretch,
    BulkSignal signal,
    IConfiguration configuration,
    TimeProvider time,
    ILogger<BulkWorker> logger
) : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(50);
    private readonly int _backlog = configuration.GetValue("Bulk:Backlog", 1_000);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5));
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await GoOnAsync(stoppingToken);
                backoff.Reset();
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogBulkInterrupted(e.Message);
                await backoff.WaitAsync(stoppingToken);
            }
        }
    }

    private async Task GoOnAsync(CancellationToken cancellationToken)
    {
        if (await queue.NextAsync(time.GetUtcNow(), cancellationToken) is not { } job)
            await signal.WaitAsync(Poll, cancellationToken);
        else if (!job.IsChecking && await queue.BacklogAsync(_backlog, cancellationToken) >= _backlog)
            await signal.WaitAsync(Breath, cancellationToken);
        else if (!await stretch.RunAsync(job, cancellationToken))
            await signal.WaitAsync(Breath, cancellationToken);
    }
}
