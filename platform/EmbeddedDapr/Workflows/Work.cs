using EmbeddedDapr.Workflows.Protocol;

namespace EmbeddedDapr.Workflows;

/// <summary>Something for a worker to do. <see cref="Token"/> comes back with the answer.</summary>
internal abstract class Work
{
    public abstract string Token { get; }

    /// <summary>False when the answer would be of no use any more.</summary>
    public abstract bool IsWanted { get; }

    public WorkerStream? Stream { get; set; }

    public abstract WorkItem ToItem();
}

/// <summary>One turn. Its token is new each time: an answer to a turn that was lost must not pass for one to the next.</summary>
internal sealed class TurnWork(Instance instance, List<InboxItem> taken, HistoryEvent started) : Work
{
    public override string Token { get; } = Guid.CreateVersion7().ToString("N");

    public override bool IsWanted => instance.Turn == this;

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

/// <summary>One activity. Its token is the same each time that it is handed out, since any of the answers will do.</summary>
internal sealed class ActivityWork(Instance instance, Guid execution, HistoryEvent scheduled) : Work
{
    public override string Token { get; } = TokenOf(execution, scheduled.EventId);

    public override bool IsWanted =>
        !instance.IsOver && instance.Activities.TryGetValue(scheduled.EventId, out var open) && open == this;

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
