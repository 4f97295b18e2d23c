using Dapr.Workflow.Protocol;
using Google.Protobuf.WellKnownTypes;

namespace DaprShop.Workflow.Tests.Engine;

/// <summary>Hand-made history events. Times count seconds from <see cref="Epoch"/>.</summary>
internal static class Past
{
    public static readonly DateTime Epoch = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    public static Timestamp At(double seconds) => Timestamp.FromDateTime(Epoch.AddSeconds(seconds));

    public static HistoryEvent Turn(double seconds = 0) =>
        new()
        {
            EventId = -1,
            Timestamp = At(seconds),
            WorkflowStarted = new(),
        };

    public static HistoryEvent Begun(string input = "", string name = "W", double seconds = 0) =>
        new()
        {
            EventId = -1,
            Timestamp = At(seconds),
            ExecutionStarted = new() { Name = name, Input = input },
        };

    public static HistoryEvent Scheduled(int id, string name) =>
        new()
        {
            EventId = id,
            TaskScheduled = new() { Name = name },
        };

    public static HistoryEvent Completed(int id, string json = "") =>
        new()
        {
            EventId = -1,
            TaskCompleted = new() { TaskScheduledId = id, Result = json },
        };

    public static HistoryEvent Failed(
        int id,
        string message = "no",
        string type = "System.InvalidOperationException",
        bool nonRetriable = false
    ) =>
        new()
        {
            EventId = -1,
            TaskFailed = new() { TaskScheduledId = id, FailureDetails = Details(message, type, nonRetriable) },
        };

    public static HistoryEvent ChildCreated(int id, string name) =>
        new()
        {
            EventId = id,
            ChildWorkflowInstanceCreated = new() { Name = name },
        };

    public static HistoryEvent ChildCompleted(int id, string json) =>
        new()
        {
            EventId = -1,
            ChildWorkflowInstanceCompleted = new() { TaskScheduledId = id, Result = json },
        };

    public static HistoryEvent ChildFailed(int id, string message = "no") =>
        new()
        {
            EventId = -1,
            ChildWorkflowInstanceFailed = new() { TaskScheduledId = id, FailureDetails = Details(message, "E", false) },
        };

    public static HistoryEvent TimerSet(int id, double seconds = 0) =>
        new()
        {
            EventId = id,
            TimerCreated = new() { FireAt = At(seconds) },
        };

    public static HistoryEvent NeverTimerSet(int id) =>
        new()
        {
            EventId = id,
            TimerCreated = new()
            {
                FireAt = new Timestamp { Seconds = 253402300799, Nanos = 999999999 },
                ExternalEvent = new() { Name = "go" },
            },
        };

    public static HistoryEvent Fired(int id) =>
        new()
        {
            EventId = -1,
            TimerFired = new() { TimerId = id },
        };

    public static HistoryEvent Raised(string name, string json = "") =>
        new()
        {
            EventId = -1,
            EventRaised = new() { Name = name, Input = json },
        };

    public static HistoryEvent Suspended() => new() { EventId = -1, ExecutionSuspended = new() };

    public static HistoryEvent Resumed() => new() { EventId = -1, ExecutionResumed = new() };

    public static HistoryEvent Terminated(string json = "") =>
        new()
        {
            EventId = -1,
            ExecutionTerminated = new() { Input = json },
        };

    private static TaskFailureDetails Details(string message, string type, bool nonRetriable) =>
        new()
        {
            ErrorType = type,
            ErrorMessage = message,
            IsNonRetriable = nonRetriable,
        };
}
