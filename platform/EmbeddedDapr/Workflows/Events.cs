using EmbeddedDapr.Workflows.Protocol;
using Google.Protobuf.WellKnownTypes;

namespace EmbeddedDapr.Workflows;

/// <summary>The events that the runtime itself writes into histories and inboxes.</summary>
internal static class Events
{
    /// <summary>Events that answer no action of their own carry this instead of an action's id.</summary>
    private const int NoAction = -1;

    public static HistoryEvent At(DateTimeOffset now, int id = NoAction) =>
        new() { EventId = id, Timestamp = now.ToTimestamp() };

    public static HistoryEvent TurnStarted(DateTimeOffset now)
    {
        var happened = At(now);
        happened.WorkflowStarted = new();
        return happened;
    }

    public static HistoryEvent TimerFired(DateTimeOffset now, int timer, DateTimeOffset due)
    {
        var happened = At(now);
        happened.TimerFired = new() { TimerId = timer, FireAt = due.ToTimestamp() };
        return happened;
    }

    public static HistoryEvent Raised(DateTimeOffset now, string name, string? input)
    {
        var happened = At(now);
        happened.EventRaised = new() { Name = name, Input = input };
        return happened;
    }

    public static HistoryEvent Terminated(DateTimeOffset now, string? output, bool recurse)
    {
        var happened = At(now);
        happened.ExecutionTerminated = new() { Input = output, Recurse = recurse };
        return happened;
    }

    public static HistoryEvent ActivityEnded(DateTimeOffset now, ActivityResponse response, string taskExecutionId)
    {
        var happened = At(now);
        if (response.FailureDetails is { } failure)
            happened.TaskFailed = new()
            {
                TaskScheduledId = response.TaskId,
                FailureDetails = failure,
                TaskExecutionId = taskExecutionId,
            };
        else
            happened.TaskCompleted = new()
            {
                TaskScheduledId = response.TaskId,
                Result = response.Result,
                TaskExecutionId = taskExecutionId,
            };
        return happened;
    }

    public static HistoryEvent ActivityRefused(DateTimeOffset now, int task, string reason) =>
        ActivityEnded(now, new() { TaskId = task, FailureDetails = Failure("NotSupported", reason) }, "");

    /// <summary>How a child ended, as its parent is told.</summary>
    public static HistoryEvent ChildEnded(DateTimeOffset now, int task, WorkflowState child)
    {
        var happened = At(now);
        if (child.WorkflowStatus == WorkflowStatus.Completed)
            happened.ChildWorkflowInstanceCompleted = new() { TaskScheduledId = task, Result = child.Output };
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
        return happened;
    }

    public static HistoryEvent ChildFailed(DateTimeOffset now, int task, TaskFailureDetails failure)
    {
        var happened = At(now);
        happened.ChildWorkflowInstanceFailed = new() { TaskScheduledId = task, FailureDetails = failure };
        return happened;
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
