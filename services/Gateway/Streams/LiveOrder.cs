using System.Threading.Channels;
using DaprShop.Contracts;

namespace DaprShop.Gateway.Streams;

/// <summary>One order that is watched, or was a moment ago: who listens, and what is known of it. Its owner lets in one at a time.</summary>
internal sealed class LiveOrder(Guid id)
{
    private readonly List<Channel<OrderTransition>> _watchers = [];
    private readonly Dictionary<int, OrderTransition> _known = [];
    private readonly HashSet<string?> _callers = [];
    private int _version;
    private string _status = "";

    public Guid Id => id;

    public bool IsWatched => _watchers.Count > 0;

    /// <summary>When Orders last answered all that is known; null where it has not.</summary>
    public long? AnsweredAt { get; private set; }

    public void Add(Channel<OrderTransition> watcher) => _watchers.Add(watcher);

    public void Remove(Channel<OrderTransition> watcher) => _watchers.Remove(watcher);

    public void Hear(OrderTransition transition)
    {
        Keep(transition);
        foreach (var watcher in _watchers)
            watcher.Writer.TryWrite(transition);
    }

    /// <summary>Takes what Orders has answered to <paramref name="caller"/>.</summary>
    public void Learn(OrderTransitions answer, string? caller, long now)
    {
        _callers.Add(caller);
        // Behind the news: Orders was asked just before them, or has lost them. The next one asks again.
        AnsweredAt = answer.Version < _version ? null : now;
        if (answer.Version > _version)
            (_version, _status) = (answer.Version, answer.Status);
        foreach (var transition in answer.Transitions)
            Keep(transition);
    }

    /// <summary>What became of it after a version; null where Orders must be asked: it has not told this caller of it, or a version is missing.</summary>
    public OrderTransitions? After(int version, string? caller)
    {
        if (!_callers.Contains(caller) || version > _version)
            return null;
        var transitions = new List<OrderTransition>();
        for (var next = version + 1; next <= _version; next++)
        {
            if (!_known.TryGetValue(next, out var transition))
                return null;
            transitions.Add(transition);
        }

        return new OrderTransitions(id, _version, _status, transitions);
    }

    private void Keep(OrderTransition transition)
    {
        _known[transition.Version] = transition;
        if (transition.Version > _version)
            (_version, _status) = (transition.Version, transition.Status);
    }
}
