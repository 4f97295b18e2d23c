using System.Collections.Concurrent;
using EmbeddedDapr.Hosting;

namespace EmbeddedDapr.PubSub;

/// <summary>The subscriptions that each sidecar serves currently.</summary>
internal sealed class SubscriptionRegistry
{
    private readonly ConcurrentDictionary<Sidecar, IReadOnlyList<Subscription>> _served = new();

    public IReadOnlyList<Subscription> Of(Sidecar sidecar) => _served.GetValueOrDefault(sidecar, []);

    public void Serve(Sidecar sidecar, IReadOnlyList<Subscription> subscriptions) => _served[sidecar] = subscriptions;
}
