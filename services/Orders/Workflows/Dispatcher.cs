using System.Collections.Concurrent;
using Dapr.Workflow;
using DaprShop.Messaging;
using DaprShop.Orders.Data;
using Grpc.Core;
using Npgsql;

namespace DaprShop.Orders.Workflows;

/// <summary>Raised when orders may have become claimable, or a slot free.</summary>
internal sealed class DispatchSignal : Signal;

/// <summary>
/// Cuts due orders into batches and starts a workflow for each. A batch leaves as soon as a slot is free and never waits for company:
/// alone when the shop is quiet, full when it is busy.
/// </summary>
internal sealed class Dispatcher(
    SagaStore store, SagaSettings settings, DaprWorkflowClient workflows, DispatchSignal signal, ILogger<Dispatcher> logger) : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);
    private readonly ConcurrentDictionary<Guid, bool> _inFlight = new();
    private readonly string _worker = $"{Environment.MachineName}/{Environment.ProcessId}";

    /// <summary>The batch is over: its slot is free.</summary>
    public void Finished(Guid batchId)
    {
        if (_inFlight.TryRemove(batchId, out _)) signal.Raise();
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
            catch (Exception e) when (Transient.Is(e) && !stoppingToken.IsCancellationRequested)
            {
                logger.LogDispatchInterrupted(e.Message);
                await backoff.WaitAsync(stoppingToken);
            }
        }
    }

    private async Task DispatchAsync(CancellationToken cancellationToken)
    {
        // Another replica may have settled a batch, or the watchdog abandoned it.
        if (!_inFlight.IsEmpty) foreach (var batch in await store.FinishedAsync(_inFlight.Keys, cancellationToken)) _inFlight.TryRemove(batch, out _);

        var (size, slots) = settings.Current;
        var free = slots - _inFlight.Count;
        var claimed = free > 0 ? await store.ClaimAsync(free, size, _worker, cancellationToken) : [];
        foreach (var batch in claimed)
        {
            _inFlight[batch] = true;
            _ = StartAsync(batch, cancellationToken);
        }

        if (claimed.Count == 0) await signal.WaitAsync(Poll, cancellationToken);
    }

    /// <summary>Starts the workflow, trying until it has started or the batch is over. A repeated start of one id is one start.</summary>
    private async Task StartAsync(Guid batchId, CancellationToken cancellationToken)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5));
        while (_inFlight.ContainsKey(batchId))
        {
            try
            {
                await workflows.ScheduleNewWorkflowAsync(nameof(FulfilOrders), batchId.ToString("N"), batchId);
                return;
            }
            catch (Exception e) when (Transient.Is(e) || e is RpcException)
            {
                if (cancellationToken.IsCancellationRequested) return;
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
