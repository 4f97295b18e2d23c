using Dapr.Workflow.Protocol;

namespace Dapr.Workflow.Replay;

/// <summary>Matches events with those who wait for them: by name in any letter case, first come first served on both sides.</summary>
internal sealed class ExternalEvents
{
    private readonly List<HistoryEvent> _early = [];
    private readonly List<(string Name, OpenTask Task)> _waiting = [];

    /// <summary>Events nobody has taken, in order of arrival.</summary>
    public IReadOnlyList<HistoryEvent> Unclaimed => _early;

    public bool AnyoneWaits => _waiting.Exists(waiter => !waiter.Task.IsDone);

    public bool HasUnclaimed(string name) => _early.Exists(early => Same(early.EventRaised.Name, name));

    public void Raise(HistoryEvent raised)
    {
        _waiting.RemoveAll(waiter => waiter.Task.IsDone);
        var index = _waiting.FindIndex(waiter => Same(waiter.Name, raised.EventRaised.Name));
        if (index < 0)
        {
            _early.Add(raised);
            return;
        }

        var task = _waiting[index].Task;
        _waiting.RemoveAt(index);
        task.Complete(raised.EventRaised.Input);
    }

    public Task<T> Next<T>(string name, CancellationToken cancellationToken)
    {
        var task = new OpenTask<T>();
        var index = _early.FindIndex(early => Same(early.EventRaised.Name, name));
        if (index >= 0)
        {
            var raised = _early[index];
            _early.RemoveAt(index);
            task.Complete(raised.EventRaised.Input);
        }
        else
        {
            _waiting.Add((name, task));
            cancellationToken.Register(() => task.Cancel(cancellationToken));
        }

        return task.Task;
    }

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
