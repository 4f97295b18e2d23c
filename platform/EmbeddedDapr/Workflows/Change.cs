using EmbeddedDapr.Workflows.Protocol;

namespace EmbeddedDapr.Workflows;

/// <summary>What must be written together. Filled and queued under the engine's gate.</summary>
internal sealed class Change
{
    private readonly List<Action> _afterCommit = [];

    public List<InstanceRow> Instances { get; } = [];

    public List<HistoryRow> History { get; } = [];

    public List<InboxItem> Arrived { get; } = [];

    public List<InboxItem> Consumed { get; } = [];

    /// <summary>Ids of instances that begin; each may be that of one that has ended, and takes its place.</summary>
    public List<string> Begun { get; } = [];

    /// <summary>Executions whose history and inbox go.</summary>
    public List<Guid> Forgotten { get; } = [];

    public TaskCompletionSource Committed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What the world may see only when the change is durable; runs under the gate.</summary>
    public void AfterCommit(Action action) => _afterCommit.Add(action);

    public void Publish()
    {
        foreach (var action in _afterCommit)
            action();
    }

    /// <summary>A turn took the item: its row goes, or is never made.</summary>
    public void Consume(InboxItem item)
    {
        if (item.Stage == Stage.Written)
            Consumed.Add(item);
        item.Stage = Stage.Taken;
    }
}

internal sealed record InstanceRow(string Id, Guid Execution, DateTimeOffset? Expires, WorkflowState State);

internal sealed record HistoryRow(Guid Execution, int Seq, byte[] Event);
