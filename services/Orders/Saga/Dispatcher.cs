using System.Collections.Concurrent;
using Dapr.Workflow;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Grpc.Core;

namespace DaprShop.Orders.Saga;

/// <summary>
/// Claims due orders in batches and starts a workflow for each. In a quiet shop an order leaves at once and alone.
/// While batches are in flight, the next one collects orders until it is full, the others have finished, or <see
/// cref="CollectFor"/> has passed: a workflow costs the same for one order and for two hundred.
/// </summary>
internal sealed class Dispatcher(
    SagaStore store,
    BatchingControl batching,
    IDaprWorkflowClient workflows,
    DispatchSignal signal,
    TimeProvider time,
    ILogger<Dispatcher> logger
) : PollingWorker(Poll, time, logger, signal)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan CollectFor = TimeSpan.FromMilliseconds(400);

    // A start returns after the workflow's first turn; without a usable worker it would never return.
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(5);
    private readonly TimeProvider _time = time;
    private readonly ConcurrentDictionary<Guid, bool> _inFlight = new();
    private long _claimedAt;
    private bool _moreIsDue;
    private bool _resumed;

    /// <summary>Frees the batch's slot.</summary>
    public void FreeSlot(Guid batchId)
    {
        if (_inFlight.TryRemove(batchId, out _))
            signal.Raise();
    }

    protected override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        if (!_resumed && batching.Current.Slots > 0)
            await ResumeAsync(cancellationToken);

        // Another replica may have settled a batch, or the watchdog abandoned it.
        if (!_inFlight.IsEmpty)
            foreach (var batch in await store.GetFinishedAsync(_inFlight.Keys, cancellationToken))
                _inFlight.TryRemove(batch, out _);

        var (size, slots) = batching.Current;
        var free = slots - _inFlight.Count;
        var collecting =
            _inFlight.IsEmpty || _moreIsDue || signal.Waiting >= size
                ? TimeSpan.Zero
                : CollectFor - _time.GetElapsedTime(_claimedAt);
        if (collecting > TimeSpan.Zero)
        {
            await signal.WaitAsync(collecting, cancellationToken);
            return true;
        }

        if (free <= 0)
            return false;
        signal.ResetWaiting();
        var claimed = await store.ClaimAsync(free, size, cancellationToken);
        (_claimedAt, _moreIsDue) = (_time.GetTimestamp(), claimed.Sum(c => c.Orders) == free * size);
        foreach (var batch in claimed)
        {
            _inFlight[batch.Id] = true;
            _ = StartAsync(batch.Id, cancellationToken);
        }

        return claimed.Count > 0;
    }

    /// <summary>
    /// Starts, once, the batches that were claimed before this process started: it may have died between the claim and
    /// the start. Those whose workflow runs, here or on another replica, are not started again.
    /// </summary>
    private async Task ResumeAsync(CancellationToken cancellationToken)
    {
        foreach (var batch in await store.GetUnfinishedAsync(cancellationToken))
        {
            _inFlight[batch] = true;
            _ = StartAsync(batch, cancellationToken);
        }

        _resumed = true;
    }

    /// <summary>
    /// Starts the workflow, and retries until it has started or the batch is finished. Repeated starts of one id are
    /// one start.
    /// </summary>
    private async Task StartAsync(Guid batchId, CancellationToken cancellationToken)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5));
        while (_inFlight.ContainsKey(batchId))
        {
            using var deadline = new CancellationTokenSource(StartTimeout, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
            try
            {
                await workflows.ScheduleNewWorkflowAsync(
                    nameof(FulfilOrders),
                    batchId.ToString("N"),
                    batchId,
                    startTime: (DateTimeOffset?)null,
                    either.Token
                );
                return;
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.AlreadyExists)
            {
                return;
            }
            catch (Exception e) when (TransientErrors.IsTransient(e) || e is RpcException)
            {
                if (cancellationToken.IsCancellationRequested)
                    return;
                logger.LogStartFailed(batchId, e.Message);
                await backoff.WaitAsync(cancellationToken);
            }
            catch (Exception e)
            {
                // Nothing awaits this task. The watchdog abandons the batch, and its orders are claimed again.
                logger.LogStartGivenUp(batchId, e);
                return;
            }
        }
    }
}
