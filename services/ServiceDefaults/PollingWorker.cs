using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DaprShop.ServiceDefaults;

/// <summary>
/// A background loop over a queue or a table: it works until nothing is left, then waits for its signal or for the next
/// poll. Transient errors are logged and retried with back-off; any other error ends the process, whose supervisor
/// restarts it.
/// </summary>
/// <param name="interval">The longest wait between two passes.</param>
/// <param name="signal">Ends the wait early; null for a loop that only polls.</param>
/// <param name="waitFirst">True for a loop whose first pass has time until the first poll.</param>
public abstract class PollingWorker(
    TimeSpan interval,
    TimeProvider time,
    ILogger logger,
    WorkSignal? signal = null,
    bool waitFirst = false
) : BackgroundService
{
    private readonly WorkSignal _signal = signal ?? new WorkSignal();
    private readonly Backoff _backoff = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5));

    /// <summary>What is done once, at the start of the process, and retried like a pass.</summary>
    protected virtual Task BeginAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>One pass. Returns true when more work is waiting already.</summary>
    protected abstract Task<bool> RunOnceAsync(CancellationToken cancellationToken);

    /// <summary>True for errors that the next pass may not meet again.</summary>
    protected virtual bool IsRetryable(Exception exception) => TransientErrors.IsTransient(exception);

    /// <summary>Starts the back-off anew; for a pass that lasts long and has succeeded in between.</summary>
    protected void ResetBackoff() => _backoff.Reset();

    /// <inheritdoc />
    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var hasBegun = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!hasBegun)
                {
                    await BeginAsync(stoppingToken);
                    hasBegun = true;
                    if (waitFirst)
                        await _signal.WaitAsync(interval, stoppingToken, time);
                }

                var more = await RunOnceAsync(stoppingToken);
                _backoff.Reset();
                if (!more)
                    await _signal.WaitAsync(interval, stoppingToken, time);
            }
            catch (Exception e) when (IsRetryable(e) && !stoppingToken.IsCancellationRequested)
            {
                logger.LogPassFailed(GetType().Name, e.Message);
                await _backoff.WaitAsync(stoppingToken);
            }
        }
    }
}
