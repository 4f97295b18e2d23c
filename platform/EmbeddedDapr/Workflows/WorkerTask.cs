using EmbeddedDapr.Workflows.Protocol;

namespace EmbeddedDapr.Workflows;

/// <summary>A task for a worker. The worker returns <see cref="Token"/> with its result.</summary>
internal abstract class WorkerTask
{
    public abstract string Token { get; }

    /// <summary>False when the result would be ignored.</summary>
    public abstract bool IsPending { get; }

    public WorkerStream? Stream { get; set; }

    public abstract WorkItem ToItem();
}

/// <summary>
/// One turn. Its token is unique, so that the response to a lost turn is not mistaken for the next one's.
/// </summary>
internal sealed class TurnTask(Instance instance, List<InboxItem> taken, HistoryEvent started) : WorkerTask
{
    public override string Token { get; } = Guid.CreateVersion7().ToString("N");

    public override bool IsPending => instance.Turn == this;

    public List<InboxItem> Taken => taken;

    public HistoryEvent Started => started;

    public override WorkItem ToItem()
    {
        var request = new WorkflowRequest { InstanceId = instance.Id, ExecutionId = instance.Execution.ToString("N") };
        request.PastEvents.AddRange(instance.History);
        request.NewEvents.Add(started);
        foreach (var item in taken)
            request.NewEvents.Add(item.Event);
        return new WorkItem { WorkflowRequest = request, CompletionToken = Token };
    }
}

/// <summary>One activity. Its token is the same at each dispatch, since any of the results is valid.</summary>
internal sealed class ActivityTask(Instance instance, Guid execution, HistoryEvent scheduled) : WorkerTask
{
    public override string Token { get; } = TokenOf(execution, scheduled.EventId);

    public override bool IsPending =>
        !instance.HasEnded && instance.Activities.TryGetValue(scheduled.EventId, out var open) && open == this;

    public string TaskExecutionId => scheduled.TaskScheduled.TaskExecutionId;

    public static string TokenOf(Guid execution, int task) => $"{execution:N}/{task}";

    public override WorkItem ToItem() =>
        new()
        {
            CompletionToken = Token,
            ActivityRequest = new()
            {
                Name = scheduled.TaskScheduled.Name,
                Version = scheduled.TaskScheduled.Version,
                Input = scheduled.TaskScheduled.Input,
                TaskId = scheduled.EventId,
                TaskExecutionId = scheduled.TaskScheduled.TaskExecutionId,
                ParentTraceContext = scheduled.TaskScheduled.ParentTraceContext,
                WorkflowInstance = new() { InstanceId = instance.Id, ExecutionId = execution.ToString("N") },
            },
        };
}
