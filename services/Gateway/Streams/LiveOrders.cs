using System.Threading.Channels;
using DaprShop.Contracts;
using DaprShop.Messaging;

namespace DaprShop.Gateway.Streams;

/// <summary>
/// Hands what is broadcast of orders to whoever watches them. It never waits for a watcher: who is slow loses the oldest news, sees the gap, and asks Orders.
/// What Orders has answered, with the news since, is remembered for as long as an open stream goes on without a comparison: clients that are cut off
/// and come again by the hundreds cost Orders nothing.
/// </summary>
internal sealed class LiveOrders(StreamSettings settings, TimeProvider time) : IBroadcastHandler
{
    private const int Kept = 16;
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, LiveOrder> _orders = [];
    private readonly Queue<(Guid Id, long At)> _answers = [];

    public string Topic => Topics.Orders;

    /// <summary>Orders that are watched now.</summary>
    public int Watched
    {
        get
        {
            lock (_lock)
                return _orders.Values.Count(o => o.IsWatched);
        }
    }

    /// <summary>Orders that are watched, or remembered.</summary>
    public int Known
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
            ForgetOld();
            if (_orders.Count == 0)
                return;
            foreach (
                var transition in page
                    .Events.Where(e => e.Type == EventTypes.OrderStatusChanges)
                    .SelectMany(e => e.Read<OrderStatusChanges>().Transitions)
            )
                _orders.GetValueOrDefault(transition.OrderId)?.Hear(transition);
        }
    }

    /// <summary>What is heard of an order from now on, until it is disposed of.</summary>
    public Watch Of(Guid id)
    {
        var news = Channel.CreateBounded<OrderTransition>(
            new BoundedChannelOptions(Kept) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true }
        );
        lock (_lock)
        {
            ForgetOld();
            if (!_orders.TryGetValue(id, out var order))
                _orders[id] = order = new LiveOrder(id);
            order.Add(news);
            return new Watch(this, order, news);
        }
    }

    private bool IsFresh(LiveOrder order) =>
        order.AnsweredAt is { } answered && time.GetElapsedTime(answered) < settings.Compare;

    private void ForgetOld()
    {
        while (_answers.TryPeek(out var oldest) && time.GetElapsedTime(oldest.At) >= settings.Compare)
            ForgetIfOver(_answers.Dequeue().Id);
    }

    private void ForgetIfOver(Guid id)
    {
        if (_orders.TryGetValue(id, out var order) && !order.IsWatched && !IsFresh(order))
            _orders.Remove(id);
    }

    /// <summary>One watcher of one order.</summary>
    internal sealed class Watch(LiveOrders live, LiveOrder order, Channel<OrderTransition> news) : IDisposable
    {
        public ChannelReader<OrderTransition> News => news.Reader;

        /// <summary>What became of the order after a version, where it is remembered that <paramref name="caller"/> may know; else null.</summary>
        /// <param name="caller">A customer's name; null for an operator.</param>
        public OrderTransitions? Remembered(int after, string? caller)
        {
            lock (live._lock)
                return live.IsFresh(order) ? order.After(after, caller) : null;
        }

        /// <summary>Remembers what Orders has answered to <paramref name="caller"/>.</summary>
        public void Remember(OrderTransitions answer, string? caller)
        {
            lock (live._lock)
            {
                var now = live.Now;
                order.Learn(answer, caller, now);
                live._answers.Enqueue((order.Id, now));
            }
        }

        public void Dispose()
        {
            lock (live._lock)
            {
                order.Remove(news);
                live.ForgetIfOver(order.Id);
            }
        }
    }
}
