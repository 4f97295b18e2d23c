using DaprShop.Messaging;
using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Bulk;

/// <summary>Raised when a bulk job may have become due.</summary>
internal sealed class BulkSignal : WorkSignal;

/// <summary>
/// Processes bulk jobs in turn, on every replica. It accepts no rows while the saga has <see
/// cref="BulkOptions.Backlog"/> orders to advance, so that single orders do not wait behind a whole file.
/// </summary>
internal sealed class BulkWorker(
    BulkQueue queue,
    BulkBatchProcessor processor,
    BulkSignal signal,
    BulkOptions options,
    TimeProvider time,
    ILogger<BulkWorker> logger
) : PollingWorker(Poll, time, logger, signal)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    // Until the saga has advanced, or another worker has finished the rows that it holds.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private readonly TimeProvider _time = time;

    // A job's own errors are counted against its rows. Any other error is retried too: the jobs behind it must not wait
    // for ever.
    protected override bool IsRetryable(Exception exception) => true;

    protected override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        if (await queue.NextAsync(_time.GetUtcNow(), cancellationToken) is not { } job)
            return false;
        var isBusy = !job.IsChecking && await queue.BacklogAsync(options.Backlog, cancellationToken) >= options.Backlog;
        if (isBusy || !await processor.RunAsync(job, cancellationToken))
            await signal.WaitAsync(Pause, cancellationToken);
        return true;
    }
}
