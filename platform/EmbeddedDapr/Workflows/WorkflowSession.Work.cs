using EmbeddedDapr.Workflows.Protocol;
using Action = EmbeddedDapr.Workflows.Protocol.WorkflowAction.WorkflowActionTypeOneofCase;

namespace EmbeddedDapr.Workflows;

/// <summary>The workers' results.</summary>
internal sealed partial class WorkflowSession
{
    /// <summary>In bytes: 95 % of the 4 MiB message limit of gRPC clients.</summary>
    private const long LargestHistory = 4 * 1024 * 1024 / 100 * 95;

    /// <summary>Returns when the result is durable; immediately when the activity is not open.</summary>
    public Task CompleteActivityAsync(ActivityResponse response)
    {
        var entry = new JournalEntry();
        lock (_gate)
        {
            _workers.Done(response.CompletionToken);
            if (
                !_instances.TryGetValue(response.InstanceId, out var instance)
                || instance.HasEnded
                || !instance.Activities.TryGetValue(response.TaskId, out var activity)
                || activity.Token != response.CompletionToken
            )
                return Task.CompletedTask;
            Deliver(instance, HistoryEvents.ActivityEnded(Now, response, activity.TaskExecutionId), entry);
            return Journal.Enqueue(entry);
        }
    }

    /// <summary>Returns when the turn is durable; immediately when the turn is not open.</summary>
    public Task CompleteTurnAsync(WorkflowResponse response)
    {
        var entry = new JournalEntry();
        lock (_gate)
        {
            _workers.Done(response.CompletionToken);
            if (
                !_instances.TryGetValue(response.InstanceId, out var instance)
                || instance.Turn is not { } turn
                || turn.Token != response.CompletionToken
            )
                return Task.CompletedTask;
            if (response.Actions.Select(Fault).FirstOrDefault(fault => fault is not null) is { } fault)
                Stall(instance, fault);
            else
                ApplyTurn(instance, turn, response, entry);
            // Only now: an event that the turn sends to its own instance must not start the next turn between its
            // actions.
            instance.Turn = null;
            DispatchNextTurn(instance);
            return Journal.Enqueue(entry);
        }
    }

    private void ApplyTurn(Instance instance, TurnTask turn, WorkflowResponse response, JournalEntry entry)
    {
        var started = turn.Started.Clone();
        started.WorkflowStarted.Version = response.Version;
        entry.History.Add(instance.Record(started));
        foreach (var item in turn.Taken)
        {
            entry.Consume(item);
            instance.Inbox.Remove(item);
            entry.History.Add(instance.Record(item.Event));
        }

        var state = instance.State.Clone();
        state.WorkflowStatus = instance.IsSuspended ? WorkflowStatus.Suspended : WorkflowStatus.Running;
        // A turn of control events only runs no workflow code, so its response has no custom status to apply.
        if (response.CustomStatus is not null || !turn.Taken.TrueForAll(item => TurnScheduler.IsControl(item)))
            state.CustomStatus = response.CustomStatus;
        state.LastUpdated = Now.ToTimestamp();
        instance.State = state;

        // The completion is applied last: it may replace the execution that other actions refer to.
        foreach (
            var action in response.Actions.OrderBy(action => action.WorkflowActionTypeCase == Action.CompleteWorkflow)
        )
            Apply(instance, action, turn, entry);
        Put(instance, entry);
    }

    private void Apply(Instance instance, WorkflowAction action, TurnTask turn, JournalEntry entry)
    {
        switch (action.WorkflowActionTypeCase)
        {
            case Action.ScheduleTask:
                ScheduleActivity(instance, action, entry);
                break;
            case Action.CreateTimer:
                CreateTimer(instance, action, entry);
                break;
            case Action.CreateChildWorkflow:
                CreateChild(instance, action, entry);
                break;
            case Action.SendEvent:
                Send(instance, action, entry);
                break;
            case Action.CompleteWorkflow when action.CompleteWorkflow.WorkflowStatus == WorkflowStatus.ContinuedAsNew:
                Renew(instance, action.CompleteWorkflow, entry);
                break;
            case Action.CompleteWorkflow:
                Complete(instance, action, turn, entry);
                break;
            default:
                throw new InvalidOperationException(
                    $"Action {action.WorkflowActionTypeCase} passed validation but is not handled."
                );
        }
    }

    /// <returns>Why the workflow must stall; null when the action is valid.</returns>
    private static string? Fault(WorkflowAction action) =>
        action.WorkflowActionTypeCase switch
        {
            Action.WorkflowVersionNotAvailable => "no connected worker has the version that it started with",
            Action.None => $"its action {action.Id} has a type that the embedded runtime does not support",
            Action.CreateTimer when action.CreateTimer.FireAt is null => $"its timer {action.Id} has no due time",
            Action.SendEvent when action.SendEvent.Instance is null =>
                $"its event {action.SendEvent.Name} has no receiver",
            _ => null,
        };

    private void ScheduleActivity(Instance instance, WorkflowAction action, JournalEntry entry)
    {
        var historyEvent = HistoryEvents.At(Now, action.Id);
        historyEvent.Router = action.Router;
        historyEvent.TaskScheduled = new()
        {
            Name = action.ScheduleTask.Name,
            Version = action.ScheduleTask.Version,
            Input = action.ScheduleTask.Input,
            TaskExecutionId = action.ScheduleTask.TaskExecutionId,
            ParentTraceContext = instance.Started.ParentTraceContext,
        };
        entry.History.Add(instance.Record(historyEvent));
        if (TargetsOtherApp(action))
            Deliver(instance, HistoryEvents.ActivityRefused(Now, action.Id, OtherAppReason(action)), entry);
        else if (instance.Activities[action.Id] is var activity)
            entry.AfterCommit(() => _workers.Dispatch(activity));
    }

    private void CreateTimer(Instance instance, WorkflowAction action, JournalEntry entry)
    {
        var (create, historyEvent) = (action.CreateTimer, HistoryEvents.At(Now, action.Id));
        historyEvent.TimerCreated = new() { FireAt = create.FireAt };
        if (create.HasName)
            historyEvent.TimerCreated.Name = create.Name;
        switch (create.OriginCase)
        {
            case CreateTimerAction.OriginOneofCase.CreateTimer:
                historyEvent.TimerCreated.CreateTimer = create.CreateTimer;
                break;
            case CreateTimerAction.OriginOneofCase.ExternalEvent:
                historyEvent.TimerCreated.ExternalEvent = create.ExternalEvent;
                break;
            case CreateTimerAction.OriginOneofCase.ActivityRetry:
                historyEvent.TimerCreated.ActivityRetry = create.ActivityRetry;
                break;
            case CreateTimerAction.OriginOneofCase.ChildWorkflowRetry:
                historyEvent.TimerCreated.ChildWorkflowRetry = create.ChildWorkflowRetry;
                break;
            case CreateTimerAction.OriginOneofCase.None:
            default:
                break;
        }
        entry.History.Add(instance.Record(historyEvent));
        _timers.Add(instance, action.Id, create.FireAt.ToDateTimeOffset());
    }

    private void Send(Instance instance, WorkflowAction action, JournalEntry entry)
    {
        var (send, historyEvent) = (action.SendEvent, HistoryEvents.At(Now, action.Id));
        historyEvent.EventSent = new()
        {
            InstanceId = send.Instance.InstanceId,
            Name = send.Name,
            Input = send.Data,
        };
        entry.History.Add(instance.Record(historyEvent));
        if (_instances.TryGetValue(send.Instance.InstanceId, out var receiver) && !receiver.HasEnded)
            Deliver(receiver, HistoryEvents.Raised(Now, send.Name, send.Data), entry);
    }

    private bool TargetsOtherApp(WorkflowAction action) =>
        action.Router is { HasTargetAppID: true } router && router.TargetAppID.Length > 0 && router.TargetAppID != _app;

    private static string OtherAppReason(WorkflowAction action) =>
        "The embedded runtime runs activities and child workflows in the app of their workflow only, "
        + $"not in {action.Router.TargetAppID}.";
}
