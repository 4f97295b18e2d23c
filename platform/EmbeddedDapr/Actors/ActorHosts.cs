using System.Collections.Concurrent;
using EmbeddedDapr.Hosting;

namespace EmbeddedDapr.Actors;

/// <summary>Knows which replicas host which types. An app is asked once it is there, again after it did not answer, and whenever nobody is known to host a type.</summary>
internal sealed class ActorHosts(Sidecars sidecars, ActorApps apps)
{
    private readonly ConcurrentDictionary<Sidecar, ActorConfig> _known = new();

    /// <returns>Empty when no app that answers hosts the type.</returns>
    public async Task<IReadOnlyList<ActorHost>> OfAsync(string type, CancellationToken cancellationToken)
    {
        if (Known(type) is { Count: > 0 } known)
            return known;
        // Those that answered before, too: an app may have been started again with more.
        await AskAsync(Apps, cancellationToken);
        return Known(type);
    }

    /// <summary>Asks those that have not answered yet.</summary>
    public Task AskUnknownAsync(CancellationToken cancellationToken) =>
        AskAsync(Apps.Where(sidecar => !_known.ContainsKey(sidecar)), cancellationToken);

    public void Lost(Sidecar sidecar) => _known.TryRemove(sidecar, out _);

    private List<ActorHost> Known(string type) =>
        [
            .. sidecars
                .All.Where(sidecar => _known.TryGetValue(sidecar, out var config) && config.Entities.Contains(type))
                .Select(sidecar => new ActorHost(sidecar, _known[sidecar])),
        ];

    private IEnumerable<Sidecar> Apps => sidecars.All.Where(sidecar => sidecar.AppPort > 0);

    private Task AskAsync(IEnumerable<Sidecar> apps, CancellationToken cancellationToken) =>
        Task.WhenAll(apps.Select(sidecar => AskAsync(sidecar, cancellationToken)));

    private async Task AskAsync(Sidecar sidecar, CancellationToken cancellationToken)
    {
        if (await apps.ConfigAsync(sidecar, cancellationToken) is { } config)
            _known[sidecar] = config;
    }
}
