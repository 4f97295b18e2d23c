using Dapr.Workflow.Protocol;
using Dapr.Workflow.Registration;
using Microsoft.Extensions.Logging;
using static Dapr.Workflow.Protocol.HistoryEvent;

namespace Dapr.Workflow.Replay;

/// <summary>
/// One turn: replays the history from its beginning and answers with the actions which it does not have yet.
/// A turn keeps nothing; whatever the workflow knows comes from the history.
/// </summary>
internal sealed class WorkflowTurn
{
    private readonly WorkflowRequest _request;
    private readonly History _history;
    private readonly ReplayPump _pump = new();
    private readonly ReplayContext _context;
    private readonly IWorkflow _workflow;
    private readonly Queue<HistoryEvent> _held = new();
    private Task<object?>? _run;
    private ExecutionTerminatedEvent? _terminated;
    private bool _suspended;

    private WorkflowTurn(WorkflowRequest request, History history, IWorkflow workflow, ILoggerFactory loggers)
    {
        (_request, _history, _workflow) = (request, history, workflow);
        var start = history.Start!;
        _context = new ReplayContext(
            start.ExecutionStarted.Name,
            request.InstanceId,
            AppId(start.Router ?? request.Router),
            Space(request, start),
            history,
            _pump,
            loggers
        );
    }

    public static WorkflowResponse Run(
        WorkflowRequest request,
        WorkflowRegistry registry,
        IServiceProvider services,
        ILoggerFactory loggers
    )
    {
        var history = new History(request);
        if (history.Start?.ExecutionStarted is not { } start)
            return Failed(
                request,
                0,
                Failures.Of("WorkflowHistoryInvalid", "The history does not say which workflow was started.")
            );

        if (registry.FindWorkflow(start.Name) is not { } create)
            return Failed(
                request,
                0,
                Failures.Of("WorkflowNotFound", $"No workflow named '{start.Name}' is registered.")
            );

        IWorkflow workflow;
        try
        {
            workflow = create(services);
        }
#pragma warning disable CA1031 // Whatever its constructor throws is the workflow's failure.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return Failed(request, 0, Failures.From(e));
        }

        return new WorkflowTurn(request, history, workflow, loggers).Run();
    }

    /// <summary>The answer instead of one that was refused for its size.</summary>
    public static WorkflowResponse TooLarge(WorkflowResponse refused) =>
        new()
        {
            InstanceId = refused.InstanceId,
            CompletionToken = refused.CompletionToken,
            Actions =
            {
                Complete(
                    refused.Actions is [.., var last] ? last.Id : 0,
                    WorkflowStatus.Failed,
                    null,
                    Failures.TooLarge("The turn's actions are")
                ),
            },
        };

    private WorkflowResponse Run()
    {
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_pump);
        try
        {
            for (var i = 0; i < _history.Events.Count && _terminated is null && _context.Actions.Violation is null; i++)
            {
                _context.Replaying = i < _history.PastCount;
                Feed(_history.Events[i]);
            }
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }

        return Answer();
    }

    private void Feed(HistoryEvent e)
    {
        if (_suspended && WakesTheWorkflow(e))
        {
            _held.Enqueue(e);
            return;
        }

        switch (e.EventTypeCase)
        {
            case EventTypeOneofCase.WorkflowStarted:
                _context.Now = e.Timestamp.ToDateTime();
                break;
            case EventTypeOneofCase.ExecutionStarted:
                Start(e);
                break;
            case EventTypeOneofCase.TaskScheduled:
            case EventTypeOneofCase.TimerCreated:
            case EventTypeOneofCase.ChildWorkflowInstanceCreated:
            case EventTypeOneofCase.EventSent:
                _context.Actions.Confirm(e);
                break;
            case EventTypeOneofCase.TaskCompleted:
                _context.Close(e.TaskCompleted.TaskScheduledId)?.Complete(e.TaskCompleted.Result);
                break;
            case EventTypeOneofCase.TaskFailed:
                Fail("Activity", e.TaskFailed.TaskScheduledId, e.TaskFailed.FailureDetails);
                break;
            case EventTypeOneofCase.ChildWorkflowInstanceCompleted:
                _context
                    .Close(e.ChildWorkflowInstanceCompleted.TaskScheduledId)
                    ?.Complete(e.ChildWorkflowInstanceCompleted.Result);
                break;
            case EventTypeOneofCase.ChildWorkflowInstanceFailed:
                Fail(
                    "Child workflow",
                    e.ChildWorkflowInstanceFailed.TaskScheduledId,
                    e.ChildWorkflowInstanceFailed.FailureDetails
                );
                break;
            case EventTypeOneofCase.TimerFired:
                _context.Close(e.TimerFired.TimerId)?.Complete(null);
                break;
            case EventTypeOneofCase.EventRaised:
                _context.Events.Raise(e);
                break;
            case EventTypeOneofCase.ExecutionSuspended:
                _suspended = true;
                break;
            case EventTypeOneofCase.ExecutionResumed:
                Resume();
                break;
            case EventTypeOneofCase.ExecutionTerminated:
                _terminated = e.ExecutionTerminated;
                break;
        }

        _pump.Drain();
    }

    private void Start(HistoryEvent e)
    {
        if (_context.Now == default)
            _context.Now = e.Timestamp.ToDateTime();
        try
        {
            var input = Payload.Read(e.ExecutionStarted.Input, _workflow.InputType);
            _run = _workflow.RunAsync(_context, input);
        }
#pragma warning disable CA1031 // Whatever it throws is the workflow's failure.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _run = Task.FromException<object?>(exception);
        }
    }

    private void Fail(string what, int id, TaskFailureDetails? details)
    {
        if (_context.Close(id) is not { } task)
            return;
        var failure = Failures.Read(details);
        var name = _history.Recorded(id) is { } recorded ? History.NameOf(recorded) : "";
        task.Fail(
            new WorkflowTaskFailedException($"{what} '{name}' (action {id}) failed: {failure.ErrorMessage}", failure)
        );
    }

    private void Resume()
    {
        _suspended = false;
        while (_held.TryDequeue(out var held))
            Feed(held);
    }

    private WorkflowResponse Answer()
    {
        var response = new WorkflowResponse { InstanceId = _request.InstanceId, CustomStatus = _context.CustomStatus };
        var actions = _context.Actions;
        if (_terminated is not null)
        {
            response.Actions.Add(Complete(actions.NextId, WorkflowStatus.Terminated, _terminated.Input));
            return response;
        }

        if (actions.Violation is { } violation)
        {
            response.Actions.Add(
                Complete(actions.NextId, WorkflowStatus.Failed, null, Failures.From(violation, nonRetriable: true))
            );
            return response;
        }

        // A suspended workflow answers nothing; what it had decided before is decided again by the replay that follows its resumption.
        if (_suspended)
            return response;

        if (_run is { IsCompleted: false } && !_context.AwaitsSomething)
        {
            var lost = actions.Violate(
                "The workflow awaits something that is not one of its context's tasks; no event could ever wake it again."
            );
            response.Actions.Add(
                Complete(actions.NextId, WorkflowStatus.Failed, null, Failures.From(lost, nonRetriable: true))
            );
            return response;
        }

        response.Actions.AddRange(actions.New);
        if (_run is { IsCompleted: true })
            response.Actions.Add(Outcome(_run));
        return response;
    }

    private WorkflowAction Outcome(Task<object?> run)
    {
        var id = _context.Actions.NextId;
        if (run.Exception?.InnerException is { } error)
            return Complete(id, WorkflowStatus.Failed, null, Failures.From(error));
        if (run.IsCanceled)
            return Complete(id, WorkflowStatus.Failed, null, Failures.From(new TaskCanceledException(run)));
        if (_context.Renewal is not { } renewal)
            return Complete(id, WorkflowStatus.Completed, Payload.Write(run.Result));

        var action = Complete(id, WorkflowStatus.ContinuedAsNew, renewal.Input);
        if (renewal.KeepEvents)
            action.CompleteWorkflow.CarryoverEvents.AddRange(_context.Events.Unclaimed);
        return action;
    }

    private static WorkflowResponse Failed(WorkflowRequest request, int id, TaskFailureDetails details) =>
        new() { InstanceId = request.InstanceId, Actions = { Complete(id, WorkflowStatus.Failed, null, details) } };

    private static WorkflowAction Complete(
        int id,
        WorkflowStatus status,
        string? result,
        TaskFailureDetails? failure = null
    ) =>
        new()
        {
            Id = id,
            CompleteWorkflow = new CompleteWorkflowAction
            {
                WorkflowStatus = status,
                Result = result,
                FailureDetails = failure,
            },
        };

    private static bool WakesTheWorkflow(HistoryEvent e) =>
        e.EventTypeCase
            is EventTypeOneofCase.TaskCompleted
                or EventTypeOneofCase.TaskFailed
                or EventTypeOneofCase.ChildWorkflowInstanceCompleted
                or EventTypeOneofCase.ChildWorkflowInstanceFailed
                or EventTypeOneofCase.TimerFired
                or EventTypeOneofCase.EventRaised
                or EventTypeOneofCase.ExecutionStarted;

    /// <summary>The app this runs in: where the start was sent to, or came from if it was sent nowhere else.</summary>
    private static string AppId(TaskRouter? router) =>
        router is null ? ""
        : router.HasTargetAppID ? router.TargetAppID
        : router.SourceAppID;

    /// <summary>Distinguishes this execution from the earlier ones under the same instance id, which continue-as-new and restarts make.</summary>
    private static Guid Space(WorkflowRequest request, HistoryEvent start)
    {
        var execution = start.ExecutionStarted.WorkflowInstance?.ExecutionId
            ?? request.ExecutionId
            ?? $"{start.Timestamp?.Seconds}.{start.Timestamp?.Nanos}";
        return DeterministicGuid.From($"{request.InstanceId}|{execution}");
    }
}
