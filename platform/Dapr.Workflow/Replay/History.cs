using Dapr.Workflow.Protocol;
using static Dapr.Workflow.Protocol.HistoryEvent;

namespace Dapr.Workflow.Replay;

/// <summary>One execution's events, old then new, and the actions they say were taken.</summary>
internal sealed class History
{
    private readonly List<HistoryEvent> _events;
    private readonly Dictionary<int, HistoryEvent> _actions = [];

    public History(WorkflowRequest request)
    {
        _events = new List<HistoryEvent>(request.PastEvents.Count + request.NewEvents.Count);
        _events.AddRange(request.PastEvents);
        PastCount = _events.Count;
        _events.AddRange(request.NewEvents);

        // Continue-as-new may leave the former execution's start in front of the new one's: only the last counts.
        var started = _events.FindLastIndex(IsStart);
        if (started > 0 && _events.FindIndex(IsStart) is var first && first != started)
        {
            _events.RemoveRange(0, started);
            PastCount = Math.Max(0, PastCount - started);
            started = 0;
        }

        Start = started < 0 ? null : _events[started];
        foreach (var e in _events)
            if (KindOf(e) is not null)
                _actions[e.EventId] = e;
    }

    /// <summary>The event that names the workflow and its input.</summary>
    public HistoryEvent? Start { get; }

    public IReadOnlyList<HistoryEvent> Events => _events;

    /// <summary>How many of the events former turns have seen already.</summary>
    public int PastCount { get; }

    /// <summary>The event which records the action of that id, if it is recorded already.</summary>
    public HistoryEvent? Recorded(int id) => _actions.GetValueOrDefault(id);

    public static string? KindOf(HistoryEvent e) =>
        e.EventTypeCase switch
        {
            EventTypeOneofCase.TaskScheduled => "activity",
            EventTypeOneofCase.ChildWorkflowInstanceCreated => "child workflow",
            EventTypeOneofCase.TimerCreated => "timer",
            EventTypeOneofCase.EventSent => "sent event",
            _ => null,
        };

    public static string NameOf(HistoryEvent e) =>
        e.EventTypeCase switch
        {
            EventTypeOneofCase.TaskScheduled => e.TaskScheduled.Name,
            EventTypeOneofCase.ChildWorkflowInstanceCreated => e.ChildWorkflowInstanceCreated.Name,
            EventTypeOneofCase.EventSent => e.EventSent.Name,
            _ => "",
        };

    private static bool IsStart(HistoryEvent e) => e.EventTypeCase == EventTypeOneofCase.ExecutionStarted;
}
