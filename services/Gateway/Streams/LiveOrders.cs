using System.Threading.Channels;
using DaprShop.Contracts;
using DaprShop.Messaging;

namespace DaprShop.Gateway.Streams;

/// <summary>Hands what is broadcast of orders to whoever watches them. It never waits for a watcher: who is slow loses the oldest news, sees the gap, and asks Orders.</summary>
internal sealed class LiveOrders : IListener
{
    private const int Kept = 16;
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, List<Channel<OrderTransition>>> _watchers = [];

    public string Topic => Topics.Orders;

    /// <summary>Orders that are watched now.</summary>
    public int Watched
    {
        get
        {
            lock (_lock) return _watchers.Count;
        }
    }

    public void Hear(EventPage page)
    {
        lock (_lock)
        {
            if (_watchers.Count == 0) return;
            foreach (var transition in page.Events.Where(e => e.Type == EventTypes.StatusChanges).SelectMany(e => e.Read<StatusChanges>().Transitions))
            {
                foreach (var news in _watchers.GetValueOrDefault(transition.OrderId) ?? []) news.Writer.TryWrite(transition);
            }
        }
    }

    /// <summary>What is heard of an order from now on, until it is disposed of.</summary>
    public Watch Of(Guid order)
    {
        var news = Channel.CreateBounded<OrderTransition>(new BoundedChannelOptions(Kept) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        lock (_lock)
        {
            if (!_watchers.TryGetValue(order, out var watchers)) _watchers[order] = watchers = [];
            watchers.Add(news);
        }

        return new Watch(this, order, news);
    }

    private void Forget(Guid order, Channel<OrderTransition> news)
    {
        lock (_lock)
        {
            if (_watchers.TryGetValue(order, out var watchers) && watchers.Remove(news) && watchers.Count == 0) _watchers.Remove(order);
        }
    }

    internal sealed class Watch(LiveOrders live, Guid order, Channel<OrderTransition> news) : IDisposable
    {
        public ChannelReader<OrderTransition> News => news.Reader;

        public void Dispose() => live.Forget(order, news);
    }
}
