using EmbeddedDapr.Workflows.Protocol;

namespace EmbeddedDapr.Workflows;

/// <summary>Child workflows, continuing as new, and endings.</summary>
internal sealed partial class WorkflowSession
{
    private void CreateChild(Instance parent, WorkflowAction action, JournalEntry entry)
    {
        var (create, historyEvent) = (action.CreateChildWorkflow, HistoryEvents.At(Now, action.Id));
        var id = create.InstanceId.Length > 0 ? create.InstanceId : $"{parent.Id}:{action.Id:x4}";
        historyEvent.ChildWorkflowInstanceCreated = new()
        {
            InstanceId = id,
            Name = create.Name,
            Version = create.Version,
            Input = create.Input,
        };
        entry.History.Add(parent.Record(historyEvent));

        var rejection = TargetsOtherApp(action) ? OtherAppReason(action) : InstanceId.Error(id);
        if (rejection is null && _instances.ContainsKey(id))
            rejection = $"an active workflow with ID '{id}' already exists";
        if (rejection is not null)
        {
            Deliver(
                parent,
                HistoryEvents.ChildFailed(Now, action.Id, HistoryEvents.Failure("ChildWorkflowNotCreated", rejection)),
                entry
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
            entry
        );
    }

    /// <summary>Continues as new, with the events carried over by the worker and those not consumed yet.</summary>
    private void Renew(Instance instance, CompleteWorkflowAction action, JournalEntry entry)
    {
        var (old, unread) = (instance.Started, instance.Inbox.Where(item => IsCarriedOver(item.Event)).ToArray());
        foreach (var item in instance.Inbox)
            entry.Consume(item);
        entry.Deleted.Add(instance.Execution);
        // The rows of this turn belong to the old execution, too.
        entry.History.Clear();
        instance.Renew(Guid.CreateVersion7());

        var start = old.Clone();
        (start.Input, start.ScheduledStartTimestamp) = (action.Result, null);
        start.Version = action.NewVersion ?? start.Version;
        start.WorkflowInstance = new() { InstanceId = instance.Id, ExecutionId = instance.Execution.ToString("N") };
        var historyEvent = HistoryEvents.At(Now);
        historyEvent.ExecutionStarted = start;
        foreach (
            var next in (IEnumerable<HistoryEvent>)
                [historyEvent, .. action.CarryoverEvents, .. unread.Select(item => item.Event)]
        )
            entry.Received.Add(instance.Accept(next, InboxStage.Queued));

        var state = instance.State.Clone();
        state.ExecutionId = start.WorkflowInstance.ExecutionId;
        instance.State = state;
    }

    private void Complete(Instance instance, WorkflowAction action, TurnTask turn, JournalEntry entry)
    {
        var (complete, historyEvent) = (action.CompleteWorkflow, HistoryEvents.At(Now, action.Id));
        var end =
            complete.WorkflowStatus != WorkflowStatus.Terminated
                ? null
                : turn
                    .Taken.Select(item => item.Event.ExecutionTerminated)
                    .FirstOrDefault(ordered => ordered is not null);
        complete.Result ??= end?.Input;
        historyEvent.ExecutionCompleted = new()
        {
            WorkflowStatus = complete.WorkflowStatus,
            Result = complete.Result,
            FailureDetails = complete.FailureDetails,
        };
        entry.History.Add(instance.Record(historyEvent));

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
                    Deliver(open, HistoryEvents.Terminated(Now, end.Input, recurse: true), entry);
            }
        }
        End(instance, entry);
    }

    /// <summary>Ends the instance: discards its open tasks and notifies a waiting parent.</summary>
    private void End(Instance instance, JournalEntry entry)
    {
        instance.HasEnded = true;
        foreach (var item in instance.Inbox)
            entry.Consume(item);
        Put(instance, entry);
        if (
            instance.Started.ParentInstance is { } info
            && _instances.TryGetValue(info.WorkflowInstance.InstanceId, out var parent)
            && IsChildOf(instance, parent)
            && parent.Children.ContainsKey(info.TaskScheduledId)
            && !parent.HasEnded
        )
            Deliver(parent, HistoryEvents.ChildEnded(Now, info.TaskScheduledId, instance.State), entry);
        entry.AfterCommit(() =>
        {
            _instances.Remove(instance.Id);
            // The timer queue may hold the instance until its longest timer is due.
            instance.History.Clear();
            instance.Begun.TrySetResult();
            instance.Ended.TrySetResult();
        });
    }

    private static bool IsChildOf(Instance child, Instance parent) =>
        child.Started.ParentInstance?.WorkflowInstance is { } named
        && named.InstanceId == parent.Id
        && named.ExecutionId == parent.Execution.ToString("N");

    /// <summary>Results of the old execution's tasks are not carried over.</summary>
    private static bool IsCarriedOver(HistoryEvent historyEvent) =>
        historyEvent.EventTypeCase
            is HistoryEvent.EventTypeOneofCase.EventRaised
                or HistoryEvent.EventTypeOneofCase.ExecutionTerminated
                or HistoryEvent.EventTypeOneofCase.ExecutionSuspended
                or HistoryEvent.EventTypeOneofCase.ExecutionResumed;
}
