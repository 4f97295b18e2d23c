using EmbeddedDapr.Workflows.Protocol;

namespace EmbeddedDapr.Workflows;

/// <summary>Rows to write in one transaction. Filled and enqueued under the engine's gate.</summary>
internal sealed class JournalEntry
{
    private readonly List<Action> _afterCommit = [];

    public List<InstanceRow> Instances { get; } = [];

    public List<HistoryRow> History { get; } = [];

    public List<InboxItem> Received { get; } = [];

    public List<InboxItem> Consumed { get; } = [];

    /// <summary>Ids of new instances; each replaces an ended instance of the same id.</summary>
    public List<string> Begun { get; } = [];

    /// <summary>Executions whose history and inbox are deleted.</summary>
    public List<Guid> Deleted { get; } = [];

    public TaskCompletionSource Committed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Runs an effect that others may see only after the commit; it runs under the gate.</summary>
    public void AfterCommit(Action action) => _afterCommit.Add(action);

    public void RunAfterCommit()
    {
        foreach (var action in _afterCommit)
            action();
    }

    /// <summary>A turn consumed the item: its row is deleted, or never inserted.</summary>
    public void Consume(InboxItem item)
    {
        if (item.Stage == InboxStage.Written)
            Consumed.Add(item);
        item.Stage = InboxStage.Consumed;
    }
}

internal sealed record InstanceRow(string Id, Guid Execution, DateTimeOffset? Expires, WorkflowState State);

internal sealed record HistoryRow(Guid Execution, int Seq, byte[] Event);
