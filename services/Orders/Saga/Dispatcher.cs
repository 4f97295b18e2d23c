using System.Collections.Concurrent;
using Dapr.Workflow;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using Grpc.Core;

namespace DaprShop.Orders.Saga;

/// <summary>
/// Cuts due orders into batches and starts a workflow for each. When the shop is quiet an order leaves at once, alone. While batches are under
/// way the next one gathers company, until it is full, or they are over, or <see cref="Gathering"/> has passed: a workflow costs the same for
/// one order and for two hundred.
/// </summary>
internal sealed class Dispatcher(
    SagaStore store,
    SagaOptions settings,
    IDaprWorkflowClient workflows,
    DispatchSignal signal,
    TimeProvider time,
    ILogger<Dispatcher> logger
) : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(400);

    // A start returns after the workflow's first turn; while no worker is usable it would never return.
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<Guid, bool> _inFlight = new();
    private readonly string _worker = $"{Environment.MachineName}/{Environment.ProcessId}";
    private long _claimedAt;
    private bool _moreIsDue;

    /// <summary>The batch is over: its slot is free.</summary>
    public void Finished(Guid batchId)
    {
        if (_inFlight.TryRemove(batchId, out _))
            signal.Raise();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5));
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await DispatchAsync(stoppingToken);
                backoff.Reset();
            }
            catch (Exception e) when (TransientErrors.IsTransient(e) && !stoppingToken.IsCancellationRequested)
            {
                logger.LogDispatchInterrupted(e.Message);
                await backoff.WaitAsync(stoppingToken);
            }
        }
    }

    private async Task DispatchAsync(CancellationToken cancellationToken)
    {
        // Another replica may have settled a batch, or the watchdog abandoned it.
        if (!_inFlight.IsEmpty)
            foreach (var batch in await store.FinishedAsync(_inFlight.Keys, cancellationToken))
                _inFlight.TryRemove(batch, out _);

        var (size, slots) = settings.Current;
        var free = slots - _inFlight.Count;
        var gathering =
            _inFlight.IsEmpty || _moreIsDue || signal.Waiting >= size
                ? TimeSpan.Zero
                : Gathering - time.GetElapsedTime(_claimedAt);
        if (free <= 0 || gathering > TimeSpan.Zero)
        {
            await signal.WaitAsync(gathering > TimeSpan.Zero ? gathering : Poll, cancellationToken);
            return;
        }

        signal.Claiming();
        var claimed = await store.ClaimAsync(free, size, _worker, cancellationToken);
        (_claimedAt, _moreIsDue) = (time.GetTimestamp(), claimed.Sum(c => c.Orders) == free * size);
        foreach (var (batch, _) in claimed)
        {
            _inFlight[batch] = true;
            _ = StartAsync(batch, cancellationToken);
        }

        if (claimed.Count == 0)
            await signal.WaitAsync(Poll, cancellationToken);
    }

    /// <summary>Starts the workflow, trying until it has started or the batch is over. A repeated start of one id is one start.</summary>
    private async Task StartAsync(Guid batchId, CancellationToken cancellationToken)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5));
        while (_inFlight.ContainsKey(batchId))
        {
            using var deadline = new CancellationTokenSource(StartDeadline, time);
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
                // Nobody awaits this task; the watchdog gives the orders to another batch.
                logger.LogStartGivenUp(batchId, e);
                return;
            }
        }
    }
}
