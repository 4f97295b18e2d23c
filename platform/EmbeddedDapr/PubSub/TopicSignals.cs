using System.Collections.Concurrent;
using EmbeddedDapr.Hosting;

namespace EmbeddedDapr.PubSub;

/// <summary>Wakes this process's delivery loops of a topic after a commit. Loops of other processes find the messages by their poll.</summary>
internal sealed class TopicSignals
{
    private readonly ConcurrentDictionary<TopicName, ConcurrentDictionary<Signal, bool>> _waiting = new();

    public void Raise(TopicName topic)
    {
        foreach (var (signal, _) in _waiting.GetValueOrDefault(topic, []))
            signal.Raise();
    }

    /// <summary>A signal that is raised until it is given back.</summary>
    public IDisposable Join(TopicName topic, Signal signal)
    {
        _waiting.GetOrAdd(topic, _ => new())[signal] = true;
        return new Leaving(() => _waiting[topic].TryRemove(signal, out _));
    }

    private sealed class Leaving(Action leave) : IDisposable
    {
        public void Dispose() => leave();
    }
}
