using EmbeddedDapr.Workflows.Protocol;
using Google.Protobuf;

namespace EmbeddedDapr.Workflows;

/// <summary>
/// An active workflow in memory: its history, inbox, and open tasks. Used only under the engine's gate.
/// </summary>
internal sealed class Instance(string id, Guid execution, WorkflowState state)
{
    public string Id => id;

    public Guid Execution { get; private set; } = execution;

    /// <summary>The state after the last turn; may be not yet durable. Immutable: replaced, never changed.</summary>
    public WorkflowState State { get; set; } = state;

    /// <summary>The committed state, which callers may see.</summary>
    public WorkflowState Published { get; set; } = state;

    public ExecutionStartedEvent Started { get; private set; } = new();

    public List<HistoryEvent> History { get; } = [];

    public long HistoryBytes { get; private set; }

    public List<InboxItem> Inbox { get; } = [];

    public Dictionary<int, ActivityTask> Activities { get; } = [];

    public Dictionary<int, DateTimeOffset> Timers { get; } = [];

    public Dictionary<int, string> Children { get; } = [];

    /// <summary>The turn that is dispatched, or waits for a worker.</summary>
    public TurnTask? Turn { get; set; }

    public bool IsSuspended { get; private set; }

    public bool HasEnded { get; set; }

    public bool IsStalled { get; set; }

    public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private int _received;

    /// <summary>Appends to the history, and updates the open tasks.</summary>
    /// <returns>The row to insert.</returns>
    public HistoryRow Record(HistoryEvent historyEvent, byte[]? bytes = null)
    {
        bytes ??= historyEvent.ToByteArray();
        HistoryBytes += bytes.Length;
        History.Add(historyEvent);
        switch (historyEvent.EventTypeCase)
        {
            case HistoryEvent.EventTypeOneofCase.ExecutionStarted:
                Started = historyEvent.ExecutionStarted;
                break;
            case HistoryEvent.EventTypeOneofCase.TaskScheduled:
                Activities[historyEvent.EventId] = new(this, Execution, historyEvent);
                break;
            case HistoryEvent.EventTypeOneofCase.TimerCreated:
                Timers[historyEvent.EventId] = historyEvent.TimerCreated.FireAt.ToDateTimeOffset();
                break;
            case HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCreated:
                Children[historyEvent.EventId] = historyEvent.ChildWorkflowInstanceCreated.InstanceId;
                break;
            case HistoryEvent.EventTypeOneofCase.ExecutionSuspended:
                IsSuspended = true;
                break;
            case HistoryEvent.EventTypeOneofCase.ExecutionResumed:
                IsSuspended = false;
                break;
            default:
                Close(historyEvent);
                break;
        }
        return new(Execution, History.Count - 1, bytes);
    }

    /// <summary>Adds an event to the inbox.</summary>
    public InboxItem Accept(HistoryEvent historyEvent, InboxStage stage) =>
        Accept(new InboxItem(Execution, _received, historyEvent, stage));

    public InboxItem Accept(InboxItem item)
    {
        _received = Math.Max(_received, item.Seq) + 1;
        if (item.Event.EventTypeCase == HistoryEvent.EventTypeOneofCase.ExecutionStarted)
            Started = item.Event.ExecutionStarted;
        Close(item.Event);
        Inbox.Add(item);
        return item;
    }

    /// <summary>Continues as new: clears everything of the old execution.</summary>
    public void Renew(Guid execution)
    {
        Execution = execution;
        _received = 0;
        HistoryBytes = 0;
        IsSuspended = false;
        History.Clear();
        Activities.Clear();
        Timers.Clear();
        Children.Clear();
        Inbox.Clear();
    }

    /// <summary>A result closes its task on arrival, so that a second result is ignored.</summary>
    private void Close(HistoryEvent historyEvent)
    {
        switch (historyEvent.EventTypeCase)
        {
            case HistoryEvent.EventTypeOneofCase.TaskCompleted:
                Activities.Remove(historyEvent.TaskCompleted.TaskScheduledId);
                break;
            case HistoryEvent.EventTypeOneofCase.TaskFailed:
                Activities.Remove(historyEvent.TaskFailed.TaskScheduledId);
                break;
            case HistoryEvent.EventTypeOneofCase.TimerFired:
                Timers.Remove(historyEvent.TimerFired.TimerId);
                break;
            case HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCompleted:
                Children.Remove(historyEvent.ChildWorkflowInstanceCompleted.TaskScheduledId);
                break;
            case HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceFailed:
                Children.Remove(historyEvent.ChildWorkflowInstanceFailed.TaskScheduledId);
                break;
            default:
                break;
        }
    }
}
