using System.Collections.Concurrent;
using EmbeddedDapr.Hosting;

namespace EmbeddedDapr.Actors;

/// <summary>Knows which replicas host which types. An app is asked when somebody needs to know, and again after it did not answer.</summary>
internal sealed class ActorHosts(Sidecars sidecars, AppClient apps)
{
    private readonly ConcurrentDictionary<Sidecar, ActorConfig> _known = new();

    /// <returns>Empty when no app that answers hosts the type.</returns>
    public async Task<IReadOnlyList<ActorHost>> OfAsync(string type, CancellationToken cancellationToken)
    {
        if (Known(type) is { Count: > 0 } known) return known;
        await Task.WhenAll(sidecars.All.Where(sidecar => sidecar.AppPort > 0 && !_known.ContainsKey(sidecar)).Select(sidecar => AskAsync(sidecar, cancellationToken)));
        return Known(type);
    }

    public void Lost(Sidecar sidecar) => _known.TryRemove(sidecar, out _);

    private List<ActorHost> Known(string type) =>
        [.. sidecars.All.Where(sidecar => _known.TryGetValue(sidecar, out var config) && config.Entities.Contains(type)).Select(sidecar => new ActorHost(sidecar, _known[sidecar]))];

    private async Task AskAsync(Sidecar sidecar, CancellationToken cancellationToken)
    {
        if (await apps.ConfigAsync(sidecar, cancellationToken) is { } config) _known[sidecar] = config;
    }
}
