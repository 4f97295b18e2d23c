using EmbeddedDapr.Workflows.Protocol;
using Google.Protobuf;

namespace EmbeddedDapr.Workflows;

/// <summary>An active workflow in memory: its log, what waits in its inbox, and what is still open. Touched only under the engine's gate.</summary>
internal sealed class Instance(string id, Guid execution, WorkflowState state)
{
    public string Id => id;

    public Guid Execution { get; private set; } = execution;

    /// <summary>As the last turn left it; not yet durable. Never changed, only replaced.</summary>
    public WorkflowState State { get; set; } = state;

    /// <summary>As the database has it, which is what others may see.</summary>
    public WorkflowState Published { get; set; } = state;

    public ExecutionStartedEvent Started { get; private set; } = new();

    public List<HistoryEvent> History { get; } = [];

    public long HistoryBytes { get; private set; }

    public List<InboxItem> Inbox { get; } = [];

    public Dictionary<int, ActivityWork> Activities { get; } = [];

    public Dictionary<int, DateTimeOffset> Timers { get; } = [];

    public Dictionary<int, string> Children { get; } = [];

    /// <summary>The turn that a worker has, or shall have.</summary>
    public TurnWork? Turn { get; set; }

    public bool IsSuspended { get; private set; }

    public bool IsOver { get; set; }

    public bool IsStalled { get; set; }

    public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private int _arrivals;

    /// <summary>Appends to the log, and keeps the books of what is open.</summary>
    /// <returns>The row to write.</returns>
    public HistoryRow Record(HistoryEvent happened, byte[]? bytes = null)
    {
        bytes ??= happened.ToByteArray();
        HistoryBytes += bytes.Length;
        History.Add(happened);
        switch (happened.EventTypeCase)
        {
            case HistoryEvent.EventTypeOneofCase.ExecutionStarted:
                Started = happened.ExecutionStarted;
                break;
            case HistoryEvent.EventTypeOneofCase.TaskScheduled:
                Activities[happened.EventId] = new(this, Execution, happened);
                break;
            case HistoryEvent.EventTypeOneofCase.TimerCreated:
                Timers[happened.EventId] = happened.TimerCreated.FireAt.ToDateTimeOffset();
                break;
            case HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCreated:
                Children[happened.EventId] = happened.ChildWorkflowInstanceCreated.InstanceId;
                break;
            case HistoryEvent.EventTypeOneofCase.ExecutionSuspended:
                IsSuspended = true;
                break;
            case HistoryEvent.EventTypeOneofCase.ExecutionResumed:
                IsSuspended = false;
                break;
            default:
                Close(happened);
                break;
        }
        return new(Execution, History.Count - 1, bytes);
    }

    /// <summary>Takes an event into the inbox.</summary>
    public InboxItem Accept(HistoryEvent happened, Stage stage) =>
        Accept(new InboxItem(Execution, _arrivals, happened, stage));

    public InboxItem Accept(InboxItem item)
    {
        _arrivals = Math.Max(_arrivals, item.Seq) + 1;
        if (item.Event.EventTypeCase == HistoryEvent.EventTypeOneofCase.ExecutionStarted)
            Started = item.Event.ExecutionStarted;
        Close(item.Event);
        Inbox.Add(item);
        return item;
    }

    /// <summary>Continues as new: only events from outside that no turn took go along.</summary>
    public void Renew(Guid execution)
    {
        Execution = execution;
        _arrivals = 0;
        HistoryBytes = 0;
        IsSuspended = false;
        History.Clear();
        Activities.Clear();
        Timers.Clear();
        Children.Clear();
        Inbox.Clear();
    }

    /// <summary>A result closes its task when it arrives, so that a second one finds nothing to answer.</summary>
    private void Close(HistoryEvent happened)
    {
        switch (happened.EventTypeCase)
        {
            case HistoryEvent.EventTypeOneofCase.TaskCompleted:
                Activities.Remove(happened.TaskCompleted.TaskScheduledId);
                break;
            case HistoryEvent.EventTypeOneofCase.TaskFailed:
                Activities.Remove(happened.TaskFailed.TaskScheduledId);
                break;
            case HistoryEvent.EventTypeOneofCase.TimerFired:
                Timers.Remove(happened.TimerFired.TimerId);
                break;
            case HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCompleted:
                Children.Remove(happened.ChildWorkflowInstanceCompleted.TaskScheduledId);
                break;
            case HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceFailed:
                Children.Remove(happened.ChildWorkflowInstanceFailed.TaskScheduledId);
                break;
            default:
                break;
        }
    }
}
