using EmbeddedDapr.Workflows.Protocol;

namespace EmbeddedDapr.Workflows;

/// <summary>How workflows beget, renew and end each other.</summary>
internal sealed partial class Session
{
    private void CreateChild(Instance parent, WorkflowAction action, Change change)
    {
        var (create, happened) = (action.CreateChildWorkflow, Events.At(Now, action.Id));
        var id = create.InstanceId.Length > 0 ? create.InstanceId : $"{parent.Id}:{action.Id:x4}";
        happened.ChildWorkflowInstanceCreated = new()
        {
            InstanceId = id,
            Name = create.Name,
            Version = create.Version,
            Input = create.Input,
        };
        change.History.Add(parent.Record(happened));

        var refusal = IsElsewhere(action) ? ElsewhereReason(action) : InstanceId.Fault(id);
        if (refusal is null && _instances.ContainsKey(id))
            refusal = $"an active workflow with ID '{id}' already exists";
        if (refusal is not null)
        {
            Deliver(
                parent,
                Events.ChildFailed(Now, action.Id, Events.Failure("ChildWorkflowNotCreated", refusal)),
                change
            );
            return;
        }

        Create(
            id,
            new()
            {
                Name = create.Name,
                Version = create.Version,
                Input = create.Input,
                ParentTraceContext = parent.Started.ParentTraceContext,
                ParentInstance = new()
                {
                    TaskScheduledId = action.Id,
                    Name = parent.Started.Name,
                    Version = parent.Started.Version,
                    WorkflowInstance = new() { InstanceId = parent.Id, ExecutionId = parent.Execution.ToString("N") },
                },
            },
            change
        );
    }

    /// <summary>Begins anew, with the events that the worker carries over and those that no turn has taken.</summary>
    private void Renew(Instance instance, CompleteWorkflowAction action, Change change)
    {
        var (old, unread) = (instance.Started, instance.Inbox.Where(item => IsForTheNext(item.Event)).ToArray());
        foreach (var item in instance.Inbox)
            change.Consume(item);
        change.Forgotten.Add(instance.Execution);
        // What this very turn has recorded goes with the rest.
        change.History.Clear();
        instance.Renew(Guid.CreateVersion7());

        var start = old.Clone();
        (start.Input, start.ScheduledStartTimestamp) = (action.Result, null);
        start.Version = action.NewVersion ?? start.Version;
        start.WorkflowInstance = new() { InstanceId = instance.Id, ExecutionId = instance.Execution.ToString("N") };
        var happened = Events.At(Now);
        happened.ExecutionStarted = start;
        foreach (
            var next in (IEnumerable<HistoryEvent>)
                [happened, .. action.CarryoverEvents, .. unread.Select(item => item.Event)]
        )
            change.Arrived.Add(instance.Accept(next, Stage.Queued));

        var state = instance.State.Clone();
        state.ExecutionId = start.WorkflowInstance.ExecutionId;
        instance.State = state;
    }

    private void Complete(Instance instance, WorkflowAction action, TurnWork turn, Change change)
    {
        var (complete, happened) = (action.CompleteWorkflow, Events.At(Now, action.Id));
        var end =
            complete.WorkflowStatus != WorkflowStatus.Terminated
                ? null
                : turn
                    .Taken.Select(item => item.Event.ExecutionTerminated)
                    .FirstOrDefault(ordered => ordered is not null);
        complete.Result ??= end?.Input;
        happened.ExecutionCompleted = new()
        {
            WorkflowStatus = complete.WorkflowStatus,
            Result = complete.Result,
            FailureDetails = complete.FailureDetails,
        };
        change.History.Add(instance.Record(happened));

        var state = instance.State.Clone();
        (state.WorkflowStatus, state.Output, state.FailureDetails) = (
            complete.WorkflowStatus,
            complete.Result,
            complete.FailureDetails
        );
        state.CompletedTimestamp = Now.ToTimestamp();
        instance.State = state;

        if (end is { Recurse: true })
        {
            foreach (var child in instance.Children.Values)
            {
                if (_instances.TryGetValue(child, out var open) && IsChildOf(open, instance))
                    Deliver(open, Events.Terminated(Now, end.Input, recurse: true), change);
            }
        }
        End(instance, change);
    }

    /// <summary>Whatever is still open is of no use any more; a parent that waits is told.</summary>
    private void End(Instance instance, Change change)
    {
        instance.IsOver = true;
        foreach (var item in instance.Inbox)
            change.Consume(item);
        Put(instance, change);
        if (
            instance.Started.ParentInstance is { } info
            && _instances.TryGetValue(info.WorkflowInstance.InstanceId, out var parent)
            && IsChildOf(instance, parent)
            && parent.Children.ContainsKey(info.TaskScheduledId)
            && !parent.IsOver
        )
            Deliver(parent, Events.ChildEnded(Now, info.TaskScheduledId, instance.State), change);
        change.AfterCommit(() =>
        {
            _instances.Remove(instance.Id);
            // The alarm may know the instance for as long as its longest timer.
            instance.History.Clear();
            instance.Begun.TrySetResult();
            instance.Ended.TrySetResult();
        });
    }

    private static bool IsChildOf(Instance child, Instance parent) =>
        child.Started.ParentInstance?.WorkflowInstance is { } named
        && named.InstanceId == parent.Id
        && named.ExecutionId == parent.Execution.ToString("N");

    /// <summary>Results of the old execution's tasks mean nothing to the new one.</summary>
    private static bool IsForTheNext(HistoryEvent happened) =>
        happened.EventTypeCase
            is HistoryEvent.EventTypeOneofCase.EventRaised
                or HistoryEvent.EventTypeOneofCase.ExecutionTerminated
                or HistoryEvent.EventTypeOneofCase.ExecutionSuspended
                or HistoryEvent.EventTypeOneofCase.ExecutionResumed;
}
