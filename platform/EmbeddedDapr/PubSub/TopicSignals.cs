using System.Collections.Concurrent;
using EmbeddedDapr.Hosting;

namespace EmbeddedDapr.PubSub;

/// <summary>
/// Wakes this process's delivery loops of a topic after a commit. Loops of other processes find the messages by
/// polling.
/// </summary>
internal sealed class TopicSignals
{
    private readonly ConcurrentDictionary<TopicName, ConcurrentDictionary<WakeUpSignal, bool>> _waiting = new();

    public void Raise(TopicName topic)
    {
        foreach (var (signal, _) in _waiting.GetValueOrDefault(topic, []))
            signal.Raise();
    }

    /// <summary>Raises the signal for each commit until the returned registration is disposed.</summary>
    public IDisposable Join(TopicName topic, WakeUpSignal signal)
    {
        _waiting.GetOrAdd(topic, _ => new())[signal] = true;
        return new Registration(() => _waiting[topic].TryRemove(signal, out _));
    }

    private sealed class Registration(Action remove) : IDisposable
    {
        public void Dispose() => remove();
    }
}
