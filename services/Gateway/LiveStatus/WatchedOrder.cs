using System.Threading.Channels;
using DaprShop.Contracts;

namespace DaprShop.Gateway.LiveStatus;

/// <summary>
/// An order that clients watch or watched a moment ago: its subscribers and its cached transitions. Not thread-safe:
/// <see cref="OrderStatusHub"/> locks.
/// </summary>
internal sealed class WatchedOrder(Guid id)
{
    private readonly List<Channel<OrderTransition>> _subscribers = [];
    private readonly Dictionary<int, OrderTransition> _transitions = [];
    private readonly HashSet<string?> _authorizedOwners = [];
    private int _version;
    private string _status = "";

    public Guid Id => id;

    public bool HasSubscribers => _subscribers.Count > 0;

    /// <summary>Timestamp of the response of Orders that is cached; null when the cache must not be used.</summary>
    public long? CachedAt { get; private set; }

    public void Add(Channel<OrderTransition> subscriber) => _subscribers.Add(subscriber);

    public void Remove(Channel<OrderTransition> subscriber) => _subscribers.Remove(subscriber);

    /// <summary>Passes a broadcast transition to all subscribers.</summary>
    public void Publish(OrderTransition transition)
    {
        Store(transition);
        foreach (var subscriber in _subscribers)
            subscriber.Writer.TryWrite(transition);
    }

    /// <summary>Caches a response of Orders to a request of <paramref name="owner"/>.</summary>
    public void Cache(OrderTransitions response, string? owner, long now)
    {
        _authorizedOwners.Add(owner);
        // A response older than a broadcast was read just before it, or Orders has lost data: the next request asks
        // again.
        CachedAt = response.Version < _version ? null : now;
        if (response.Version > _version)
            (_version, _status) = (response.Version, response.Status);
        foreach (var transition in response.Transitions)
            Store(transition);
    }

    /// <summary>
    /// The cached transitions after <paramref name="version"/>; null where Orders must be asked, because it has not
    /// answered
    /// <paramref name="owner"/> or a version is missing.
    /// </summary>
    public OrderTransitions? FindAfter(int version, string? owner)
    {
        if (!_authorizedOwners.Contains(owner) || version > _version)
            return null;
        var transitions = new List<OrderTransition>();
        for (var next = version + 1; next <= _version; next++)
        {
            if (!_transitions.TryGetValue(next, out var transition))
                return null;
            transitions.Add(transition);
        }

        return new OrderTransitions(id, _version, _status, transitions);
    }

    private void Store(OrderTransition transition)
    {
        _transitions[transition.Version] = transition;
        if (transition.Version > _version)
            (_version, _status) = (transition.Version, transition.Status);
    }
}
