using Dapr.Workflow.Protocol;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Replay;

/// <summary>The workflow's side of a turn: hands out tasks and notes actions.</summary>
internal sealed class ReplayContext(
    string name,
    string instanceId,
    string appId,
    Guid space,
    History history,
    ReplayPump pump,
    ILoggerFactory loggers
) : WorkflowContext
{
    private readonly Dictionary<int, OpenTask> _open = [];
    private int _guids;

    public ActionLog Actions { get; } = new(history);

    public ExternalEvents Events { get; } = new();

    /// <summary>The status to show, as JSON; null for none.</summary>
    public string? CustomStatus { get; private set; }

    /// <summary>Set once the workflow asked to begin anew.</summary>
    public (string Input, bool KeepEvents)? Renewal { get; private set; }

    public override string Name => name;

    public override string InstanceId => instanceId;

    public override DateTime CurrentUtcDateTime => Now;

    public override bool IsReplaying => Replaying;

    public DateTime Now { get; set; }

    public bool Replaying { get; set; }

    /// <summary>Whether any later event can wake the workflow.</summary>
    public bool AwaitsSomething => Events.AnyoneWaits || _open.Values.Any(task => !task.IsDone);

    /// <summary>The task of that action, if somebody still waits for it. An answer that comes twice finds none.</summary>
    public OpenTask? Close(int id) => _open.Remove(id, out var task) ? task : null;

    public override Task<T> CallActivityAsync<T>(string name, object? input = null, WorkflowTaskOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Guard();
        if (options?.RetryPolicy is not { } policy)
            return Call<T>(name, input, options, Key(name));

        var key = Key(name);
        return Retry.Run(
            policy,
            this,
            () => Call<T>(name, input, options, key),
            fireAt =>
                Timer(
                    fireAt,
                    new CreateTimerAction { ActivityRetry = new TimerOriginActivityRetry { TaskExecutionId = key() } }
                )
        );
    }

    public override Task<T> CallChildWorkflowAsync<T>(
        string workflowName,
        object? input = null,
        ChildWorkflowTaskOptions? options = null
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(workflowName);
        Guard();
        if (options?.RetryPolicy is not { } policy)
            return Child<T>(workflowName, input, options);

        return Retry.Run(
            policy,
            this,
            () => Child<T>(workflowName, input, options),
            fireAt =>
                Timer(
                    fireAt,
                    new CreateTimerAction
                    {
                        ChildWorkflowRetry = new TimerOriginChildWorkflowRetry
                        {
                            InstanceId = options.InstanceId ?? "",
                        },
                    }
                )
        );
    }

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        Guard();
        return Timer(fireAt, new CreateTimerAction { CreateTimer = new TimerOriginCreateTimer() }, cancellationToken);
    }

    public override Task<T> WaitForExternalEventAsync<T>(
        string eventName,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(eventName);
        Guard();
        return Events.Next<T>(eventName, cancellationToken);
    }

    public override Task<T> WaitForExternalEventAsync<T>(string eventName, TimeSpan timeout)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(eventName);
        Guard();
        if (Events.HasUnclaimed(eventName))
            return Events.Next<T>(eventName, default);

        var origin = new CreateTimerAction { ExternalEvent = new TimerOriginExternalEvent { Name = eventName } };
        if (timeout < TimeSpan.Zero)
        {
            Forever(origin);
            return Events.Next<T>(eventName, default);
        }

        return NextWithin<T>(eventName, Timer(Now + timeout, origin));
    }

    public override void SendEvent(string instanceId, string eventName, object payload) =>
        throw new NotSupportedException(
            "The runtime cannot deliver a workflow's own events. Raise the event from an activity, through IDaprWorkflowClient."
        );

    public override void SetCustomStatus(object? customStatus)
    {
        Guard();
        CustomStatus = customStatus is null ? null : Payload.Write(customStatus);
    }

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true)
    {
        Guard();
        Renewal = (Payload.Write(newInput), preserveUnprocessedEvents);
    }

    public override Guid NewGuid()
    {
        Guard();
        return DeterministicGuid.From(space, $"{instanceId}_{_guids++}");
    }

    public override ILogger CreateReplaySafeLogger(string categoryName) =>
        new ReplaySafeLogger(loggers.CreateLogger(categoryName), this);

    public override ILogger CreateReplaySafeLogger(System.Type type) =>
        new ReplaySafeLogger(loggers.CreateLogger(type), this);

    public override ILogger CreateReplaySafeLogger<T>() => new ReplaySafeLogger(loggers.CreateLogger<T>(), this);

    private Task<T> Call<T>(string name, object? input, WorkflowTaskOptions? options, Func<string> key)
    {
        if (Actions.Take("activity", name, out var id))
            Actions.New.Add(
                new WorkflowAction
                {
                    Id = id,
                    Router = RouteTo(options?.TargetAppId),
                    ScheduleTask = new ScheduleTaskAction
                    {
                        Name = name,
                        Input = Payload.Write(input),
                        TaskExecutionId = key(),
                    },
                }
            );
        return Open<T>(id);
    }

    private Task<T> Child<T>(string name, object? input, ChildWorkflowTaskOptions? options)
    {
        if (Actions.Take("child workflow", name, out var id))
            Actions.New.Add(
                new WorkflowAction
                {
                    Id = id,
                    Router = RouteTo(options?.TargetAppId),
                    CreateChildWorkflow = new CreateChildWorkflowAction
                    {
                        Name = name,
                        Input = Payload.Write(input),
                        InstanceId = options?.InstanceId
                            ?? DeterministicGuid.From(space, $"{instanceId}|child|{id}").ToString("N"),
                    },
                }
            );
        return Open<T>(id);
    }

    private Task<object> Timer(DateTime fireAt, CreateTimerAction timer, CancellationToken cancellationToken = default)
    {
        if (Actions.Take("timer", "", out var id))
        {
            timer.FireAt = Timestamp.FromDateTime(AsUtc(fireAt));
            Actions.New.Add(new WorkflowAction { Id = id, CreateTimer = timer });
        }

        var task = Open<object>(id);
        cancellationToken.Register(() => Close(id)?.Cancel(cancellationToken));
        return task;
    }

    /// <summary>A wait without end is noted as a timer that never fires. Older histories lack it: then it takes no number.</summary>
    private void Forever(CreateTimerAction timer)
    {
        timer.FireAt = TimerOrigin.Never;
        if (
            history.Recorded(Actions.NextId) is { } recorded && !TimerOrigin.Never.Equals(recorded.TimerCreated?.FireAt)
            || !Actions.Take("timer", "", out var id)
        )
            return;
        Actions.New.Add(new WorkflowAction { Id = id, CreateTimer = timer });
    }

    private async Task<T> NextWithin<T>(string eventName, Task timeout)
    {
        using var abandon = new CancellationTokenSource();
        var next = Events.Next<T>(eventName, abandon.Token);
        if (await Task.WhenAny(next, timeout) != next)
#pragma warning disable CA1849 // CancelAsync would leave the workflow's thread.
            abandon.Cancel();
#pragma warning restore CA1849
        return await next;
    }

    private Task<T> Open<T>(int id)
    {
        var task = new OpenTask<T>();
        _open.Add(id, task);
        return task.Task;
    }

    /// <summary>The call's key: that of the first attempt's number, so that it stays the same over all attempts.</summary>
    private Func<string> Key(string name)
    {
        var id = Actions.NextId;
        return () => DeterministicGuid.From(space, $"{instanceId}|activity|{id}|{name}").ToString("N");
    }

    private TaskRouter? RouteTo(string? targetAppId) =>
        string.IsNullOrEmpty(targetAppId) ? null : new TaskRouter { SourceAppID = appId, TargetAppID = targetAppId };

    private void Guard()
    {
        if (!pump.IsCurrentThread)
            throw new InvalidOperationException(
                "A workflow may use its context on its own thread only: await nothing but the context's tasks."
            );
        if (Actions.Violation is { } violation)
            throw violation;
    }

    private static DateTime AsUtc(DateTime time) =>
        time.Kind switch
        {
            DateTimeKind.Local => time.ToUniversalTime(),
            DateTimeKind.Utc => time,
            _ => DateTime.SpecifyKind(time, DateTimeKind.Utc),
        };
}
