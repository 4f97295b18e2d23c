using Dapr.Workflow.Protocol;
using Dapr.Workflow.Registration;
using Dapr.Workflow.Replay;
using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Worker;

/// <summary>Takes work from the sidecar for as long as the host runs, over as many connections as it takes, one after the other.</summary>
internal sealed class WorkflowWorker(
    Sidecar sidecar,
    WorkflowRegistry registry,
    ActivityRunner activities,
    IServiceProvider services,
    ILoggerFactory loggers
) : BackgroundService
{
    private readonly ILogger _log = loggers.CreateLogger<WorkflowWorker>();
    private readonly Slots _turns = new(100);
    private readonly Slots _activities = new(100);
    private readonly CancellationTokenSource _cut = new();
    private long _lastItem;
    private bool _away;

    /// <summary>
    /// Works on until no more work comes, within limits, and only then cuts the connection: a sidecar (1.18) that loses its last worker
    /// with turns under way may never accept another one.
    /// </summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        var begin = Timing.Clock.GetTimestamp();
        while (
            !IsQuiet && Timing.Clock.GetElapsedTime(begin) < Timing.Drain && !cancellationToken.IsCancellationRequested
        )
            await Task.Delay(TimeSpan.FromMilliseconds(10), CancellationToken.None);
        await _cut.CancelAsync();
        await base.StopAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _cut.Dispose();
        _turns.Dispose();
        _activities.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var wait = Timing.FirstReconnect;
        while (!_cut.IsCancellationRequested)
        {
            var began = Timing.Clock.GetTimestamp();
            try
            {
                await TakeWorkAsync(_cut.Token);
                _log.LogWorkerStreamEnded(sidecar.Address);
            }
#pragma warning disable CA1031 // Nothing that happens on a connection may end the worker.
            catch (Exception e)
#pragma warning restore CA1031
            {
                if (_cut.IsCancellationRequested)
                    return;
                // Once per outage: the attempts go on, the log does not repeat them.
                if (!_away)
                    _log.LogWorkerDisconnected(sidecar.Address, Cause(e));
                _away = true;
            }

            if (Timing.Clock.GetElapsedTime(began) > Timing.SlowestReconnect)
                wait = Timing.FirstReconnect;
            await Task.Delay(wait, _cut.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            wait = Timing.Slower(wait);
        }
    }

    private async Task TakeWorkAsync(CancellationToken cancellationToken)
    {
        await sidecar.Service.HelloAsync(new(), sidecar.Within(Timing.Hello, cancellationToken));
        using var connection = new WorkConnection(sidecar, cancellationToken);
        using var stream = sidecar.Service.GetWorkItems(new GetWorkItemsRequest(), sidecar.Unlimited(connection.Token));
        _log.LogWorkerConnected(sidecar.Address);
        _away = false;
        try
        {
            while (await stream.ResponseStream.MoveNext(connection.Token))
                Dispatch(stream.ResponseStream.Current, connection);
        }
        finally
        {
            await connection.EndAsync();
        }
    }

    /// <summary>Never waits: the sidecar drops a stream that is not read.</summary>
    private void Dispatch(WorkItem item, WorkConnection connection)
    {
        Volatile.Write(ref _lastItem, Timing.Clock.GetTimestamp());
        if (item.RequestCase == WorkItem.RequestOneofCase.WorkflowRequest)
            _turns.Run(() => TurnAsync(item, connection), connection.Token);
        else if (item.RequestCase == WorkItem.RequestOneofCase.ActivityRequest)
            _activities.Run(() => ActivityAsync(item, connection), connection.Token);
    }

    private async Task TurnAsync(WorkItem item, WorkConnection connection)
    {
        var request = item.WorkflowRequest;
        try
        {
            var response = WorkflowTurn.Run(request, registry, services, loggers);
            if (response.Actions is [.., { CompleteWorkflow.FailureDetails: { } failure }])
                _log.LogWorkflowFailed(request.InstanceId, failure.ErrorType, failure.ErrorMessage);
            response.CompletionToken = item.CompletionToken;
            await connection.AnswerAsync(response, sidecar.Service.CompleteWorkflowTaskAsync, WorkflowTurn.TooLarge);
        }
#pragma warning disable CA1031 // A bad work item must not harm the others.
        catch (Exception e)
#pragma warning restore CA1031
        {
            // Dropped, not sent again: the sidecar repeats the question, and a second answer to the first could differ.
            _log.LogTurnDropped(request.InstanceId, Cause(e), Trace(e));
        }
    }

    private async Task ActivityAsync(WorkItem item, WorkConnection connection)
    {
        var request = item.ActivityRequest;
        try
        {
            var response = await activities.RunAsync(request);
            if (response.FailureDetails is { } failure)
                _log.LogActivityFailed(request.Name, response.InstanceId, failure.ErrorType, failure.ErrorMessage);
            response.CompletionToken = item.CompletionToken;
            await connection.AnswerAsync(response, sidecar.Service.CompleteActivityTaskAsync, ActivityRunner.TooLarge);
        }
#pragma warning disable CA1031 // A bad work item must not harm the others.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _log.LogActivityDropped(request.Name, request.WorkflowInstance?.InstanceId ?? "", Cause(e), Trace(e));
        }
    }

    private bool IsQuiet =>
        _turns.Busy + _activities.Busy == 0 && Timing.Clock.GetElapsedTime(Volatile.Read(ref _lastItem)) > Timing.Quiet;

    private static string Cause(Exception e) =>
        e is RpcException rpc ? $"{rpc.StatusCode}: {rpc.Status.Detail}" : e.Message;

    /// <summary>A lost connection needs no stack trace; anything else is a defect and does.</summary>
    private static Exception? Trace(Exception e) => e is RpcException ? null : e;
}
