using EmbeddedDapr.Workflows.Protocol;
using Google.Protobuf.WellKnownTypes;

namespace EmbeddedDapr.Workflows;

/// <summary>Creates the events that the runtime adds to histories and inboxes.</summary>
internal static class HistoryEvents
{
    /// <summary>The event id of events that belong to no action.</summary>
    private const int NoAction = -1;

    public static HistoryEvent At(DateTimeOffset now, int id = NoAction) =>
        new() { EventId = id, Timestamp = now.ToTimestamp() };

    public static HistoryEvent TurnStarted(DateTimeOffset now)
    {
        var historyEvent = At(now);
        historyEvent.WorkflowStarted = new();
        return historyEvent;
    }

    public static HistoryEvent TimerFired(DateTimeOffset now, int timer, DateTimeOffset due)
    {
        var historyEvent = At(now);
        historyEvent.TimerFired = new() { TimerId = timer, FireAt = due.ToTimestamp() };
        return historyEvent;
    }

    public static HistoryEvent Raised(DateTimeOffset now, string name, string? input)
    {
        var historyEvent = At(now);
        historyEvent.EventRaised = new() { Name = name, Input = input };
        return historyEvent;
    }

    public static HistoryEvent Terminated(DateTimeOffset now, string? output, bool recurse)
    {
        var historyEvent = At(now);
        historyEvent.ExecutionTerminated = new() { Input = output, Recurse = recurse };
        return historyEvent;
    }

    public static HistoryEvent ActivityEnded(DateTimeOffset now, ActivityResponse response, string taskExecutionId)
    {
        var historyEvent = At(now);
        if (response.FailureDetails is { } failure)
            historyEvent.TaskFailed = new()
            {
                TaskScheduledId = response.TaskId,
                FailureDetails = failure,
                TaskExecutionId = taskExecutionId,
            };
        else
            historyEvent.TaskCompleted = new()
            {
                TaskScheduledId = response.TaskId,
                Result = response.Result,
                TaskExecutionId = taskExecutionId,
            };
        return historyEvent;
    }

    public static HistoryEvent ActivityRefused(DateTimeOffset now, int task, string reason) =>
        ActivityEnded(now, new() { TaskId = task, FailureDetails = Failure("NotSupported", reason) }, "");

    /// <summary>The end of a child, as an event for its parent.</summary>
    public static HistoryEvent ChildEnded(DateTimeOffset now, int task, WorkflowState child)
    {
        var historyEvent = At(now);
        if (child.WorkflowStatus == WorkflowStatus.Completed)
            historyEvent.ChildWorkflowInstanceCompleted = new() { TaskScheduledId = task, Result = child.Output };
        else
            return ChildFailed(
                now,
                task,
                child.FailureDetails
                    ?? Failure(
                        "ChildWorkflowEnded",
                        $"The child workflow {child.InstanceId} ended as {child.WorkflowStatus}."
                    )
            );
        return historyEvent;
    }

    public static HistoryEvent ChildFailed(DateTimeOffset now, int task, TaskFailureDetails failure)
    {
        var historyEvent = At(now);
        historyEvent.ChildWorkflowInstanceFailed = new() { TaskScheduledId = task, FailureDetails = failure };
        return historyEvent;
    }

    public static TaskFailureDetails Failure(string type, string message) =>
        new()
        {
            ErrorType = type,
            ErrorMessage = message,
            IsNonRetriable = true,
        };

    public static Timestamp ToTimestamp(this DateTimeOffset time) => Timestamp.FromDateTimeOffset(time);
}
