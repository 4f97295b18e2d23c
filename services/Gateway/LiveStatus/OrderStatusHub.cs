using System.Threading.Channels;
using DaprShop.Contracts;
using DaprShop.Gateway.ServerSentEvents;
using DaprShop.Messaging;

namespace DaprShop.Gateway.LiveStatus;

/// <summary>
/// Passes broadcast transitions to the streams of their order. It never waits for a stream: a slow one loses its oldest
/// transitions, notices the gap and asks Orders. A response of Orders and the broadcasts since are cached for <see
/// cref="StreamOptions.ReconcileInterval"/>, so hundreds of clients that are disconnected and reconnect at once send
/// Orders no requests.
/// </summary>
internal sealed class OrderStatusHub(StreamOptions options, TimeProvider time) : IBroadcastHandler
{
    private const int BufferedTransitions = 16;
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, WatchedOrder> _orders = [];
    private readonly Queue<(Guid Id, long At)> _cached = [];

    public string Topic => Topics.Orders;

    /// <summary>Number of orders with an open stream.</summary>
    public int Watched
    {
        get
        {
            lock (_lock)
                return _orders.Values.Count(o => o.HasSubscribers);
        }
    }

    /// <summary>Number of orders with an open stream or a cached response.</summary>
    public int Tracked
    {
        get
        {
            lock (_lock)
                return _orders.Count;
        }
    }

    private long Now => time.GetTimestamp();

    public void Handle(EventPage page)
    {
        lock (_lock)
        {
            EvictExpired();
            if (_orders.Count == 0)
                return;
            var transitions = page
                .Events.Where(e => e.Type == EventTypes.OrderStatusChanges)
                .SelectMany(e => e.Read<OrderStatusChanges>().Transitions);
            foreach (var transition in transitions)
                _orders.GetValueOrDefault(transition.OrderId)?.Publish(transition);
        }
    }

    /// <summary>Receives the broadcast transitions of an order until the subscription is disposed.</summary>
    public OrderSubscription Subscribe(Guid id)
    {
        var broadcasts = Channel.CreateBounded<OrderTransition>(
            new BoundedChannelOptions(BufferedTransitions)
            {
                FullMode = BoundedChannelFullMode.DropOldest,
                SingleReader = true,
            }
        );
        lock (_lock)
        {
            EvictExpired();
            if (!_orders.TryGetValue(id, out var order))
                _orders[id] = order = new WatchedOrder(id);
            order.Add(broadcasts);
            return new OrderSubscription(this, order, broadcasts);
        }
    }

    private bool IsFresh(WatchedOrder order) =>
        order.CachedAt is { } cached && time.GetElapsedTime(cached) < options.ReconcileInterval;

    private void EvictExpired()
    {
        while (_cached.TryPeek(out var oldest) && time.GetElapsedTime(oldest.At) >= options.ReconcileInterval)
            EvictIfUnused(_cached.Dequeue().Id);
    }

    private void EvictIfUnused(Guid id)
    {
        if (_orders.TryGetValue(id, out var order) && !order.HasSubscribers && !IsFresh(order))
            _orders.Remove(id);
    }

    /// <summary>One stream's subscription to one order.</summary>
    internal sealed class OrderSubscription(OrderStatusHub hub, WatchedOrder order, Channel<OrderTransition> broadcasts)
        : IDisposable
    {
        public ChannelReader<OrderTransition> Broadcasts => broadcasts.Reader;

        /// <summary>
        /// The cached transitions after a version, where <paramref name="owner"/> may see them; null otherwise.
        /// </summary>
        /// <param name="owner">A customer's name; null for an operator.</param>
        public OrderTransitions? FindCached(int after, string? owner)
        {
            lock (hub._lock)
                return hub.IsFresh(order) ? order.FindAfter(after, owner) : null;
        }

        /// <summary>Caches the response of Orders to <paramref name="owner"/>.</summary>
        public void Cache(OrderTransitions response, string? owner)
        {
            lock (hub._lock)
            {
                var now = hub.Now;
                order.Cache(response, owner, now);
                hub._cached.Enqueue((order.Id, now));
            }
        }

        public void Dispose()
        {
            lock (hub._lock)
            {
                order.Remove(broadcasts);
                hub.EvictIfUnused(order.Id);
            }
        }
    }
}
