using EmbeddedDapr.Workflows.Protocol;
using Action = EmbeddedDapr.Workflows.Protocol.WorkflowAction.WorkflowActionTypeOneofCase;

namespace EmbeddedDapr.Workflows;

/// <summary>What workers answer.</summary>
internal sealed partial class Session
{
    /// <summary>95 % of the 4 MiB that a gRPC client takes by default.</summary>
    private const long LargestHistory = 4 * 1024 * 1024 / 100 * 95;

    /// <summary>Returns when the result is durable; at once when it answers nothing that is open.</summary>
    public Task CompleteActivityAsync(ActivityResponse response)
    {
        var change = new Change();
        lock (_gate)
        {
            _workers.Done(response.CompletionToken);
            if (
                !_instances.TryGetValue(response.InstanceId, out var instance)
                || instance.IsOver
                || !instance.Activities.TryGetValue(response.TaskId, out var activity)
                || activity.Token != response.CompletionToken
            )
                return Task.CompletedTask;
            Deliver(instance, Events.ActivityEnded(Now, response, activity.TaskExecutionId), change);
            return Journal.Enqueue(change);
        }
    }

    /// <summary>Returns when the turn is durable; at once when it answers none that is open.</summary>
    public Task CompleteTurnAsync(WorkflowResponse response)
    {
        var change = new Change();
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
                Conclude(instance, turn, response, change);
            // Not before: what the turn sends to its own instance must not begin the next one amid its actions.
            instance.Turn = null;
            TakeTurn(instance);
            return Journal.Enqueue(change);
        }
    }

    private void Conclude(Instance instance, TurnWork turn, WorkflowResponse response, Change change)
    {
        var started = turn.Started.Clone();
        started.WorkflowStarted.Version = response.Version;
        change.History.Add(instance.Record(started));
        foreach (var item in turn.Taken)
        {
            change.Consume(item);
            instance.Inbox.Remove(item);
            change.History.Add(instance.Record(item.Event));
        }

        var state = instance.State.Clone();
        state.WorkflowStatus = instance.IsSuspended ? WorkflowStatus.Suspended : WorkflowStatus.Running;
        // A turn that only suspends or ends runs no code of the workflow, and so says nothing of its status.
        if (response.CustomStatus is not null || !turn.Taken.TrueForAll(item => Schedule.IsControl(item)))
            state.CustomStatus = response.CustomStatus;
        state.LastUpdated = Now.ToTimestamp();
        instance.State = state;

        // The end goes last: it may replace what the other actions refer to.
        foreach (
            var action in response.Actions.OrderBy(action => action.WorkflowActionTypeCase == Action.CompleteWorkflow)
        )
            Do(instance, action, turn, change);
        Put(instance, change);
    }

    private void Do(Instance instance, WorkflowAction action, TurnWork turn, Change change)
    {
        switch (action.WorkflowActionTypeCase)
        {
            case Action.ScheduleTask:
                ScheduleActivity(instance, action, change);
                break;
            case Action.CreateTimer:
                CreateTimer(instance, action, change);
                break;
            case Action.CreateChildWorkflow:
                CreateChild(instance, action, change);
                break;
            case Action.SendEvent:
                Send(instance, action, change);
                break;
            case Action.CompleteWorkflow when action.CompleteWorkflow.WorkflowStatus == WorkflowStatus.ContinuedAsNew:
                Renew(instance, action.CompleteWorkflow, change);
                break;
            case Action.CompleteWorkflow:
                Complete(instance, action, turn, change);
                break;
            default:
                throw new InvalidOperationException(
                    $"Action {action.WorkflowActionTypeCase} has no fault, but is not known either."
                );
        }
    }

    /// <returns>Why a workflow that asks for this can go no further; null when it can.</returns>
    private static string? Fault(WorkflowAction action) =>
        action.WorkflowActionTypeCase switch
        {
            Action.WorkflowVersionNotAvailable => "no worker has the version that it began with",
            Action.None => $"its action {action.Id} is of a kind that the embedded runtime does not know",
            Action.CreateTimer when action.CreateTimer.FireAt is null => $"its timer {action.Id} has no time",
            Action.SendEvent when action.SendEvent.Instance is null =>
                $"its event {action.SendEvent.Name} has no receiver",
            _ => null,
        };

    private void ScheduleActivity(Instance instance, WorkflowAction action, Change change)
    {
        var happened = Events.At(Now, action.Id);
        happened.Router = action.Router;
        happened.TaskScheduled = new()
        {
            Name = action.ScheduleTask.Name,
            Version = action.ScheduleTask.Version,
            Input = action.ScheduleTask.Input,
            TaskExecutionId = action.ScheduleTask.TaskExecutionId,
            ParentTraceContext = instance.Started.ParentTraceContext,
        };
        change.History.Add(instance.Record(happened));
        if (IsElsewhere(action))
            Deliver(instance, Events.ActivityRefused(Now, action.Id, ElsewhereReason(action)), change);
        else if (instance.Activities[action.Id] is var activity)
            change.AfterCommit(() => _workers.Dispatch(activity));
    }

    private void CreateTimer(Instance instance, WorkflowAction action, Change change)
    {
        var (create, happened) = (action.CreateTimer, Events.At(Now, action.Id));
        happened.TimerCreated = new() { FireAt = create.FireAt };
        if (create.HasName)
            happened.TimerCreated.Name = create.Name;
        switch (create.OriginCase)
        {
            case CreateTimerAction.OriginOneofCase.CreateTimer:
                happened.TimerCreated.CreateTimer = create.CreateTimer;
                break;
            case CreateTimerAction.OriginOneofCase.ExternalEvent:
                happened.TimerCreated.ExternalEvent = create.ExternalEvent;
                break;
            case CreateTimerAction.OriginOneofCase.ActivityRetry:
                happened.TimerCreated.ActivityRetry = create.ActivityRetry;
                break;
            case CreateTimerAction.OriginOneofCase.ChildWorkflowRetry:
                happened.TimerCreated.ChildWorkflowRetry = create.ChildWorkflowRetry;
                break;
            case CreateTimerAction.OriginOneofCase.None:
            default:
                break;
        }
        change.History.Add(instance.Record(happened));
        _alarm.Add(instance, action.Id, create.FireAt.ToDateTimeOffset());
    }

    private void Send(Instance instance, WorkflowAction action, Change change)
    {
        var (send, happened) = (action.SendEvent, Events.At(Now, action.Id));
        happened.EventSent = new()
        {
            InstanceId = send.Instance.InstanceId,
            Name = send.Name,
            Input = send.Data,
        };
        change.History.Add(instance.Record(happened));
        if (_instances.TryGetValue(send.Instance.InstanceId, out var receiver) && !receiver.IsOver)
            Deliver(receiver, Events.Raised(Now, send.Name, send.Data), change);
    }

    private bool IsElsewhere(WorkflowAction action) =>
        action.Router is { HasTargetAppID: true } router && router.TargetAppID.Length > 0 && router.TargetAppID != _app;

    private static string ElsewhereReason(WorkflowAction action) =>
        $"The embedded runtime runs activities and child workflows in their own app only, not in {action.Router.TargetAppID}.";
}
