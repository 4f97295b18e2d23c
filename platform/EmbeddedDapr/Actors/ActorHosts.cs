using System.Collections.Concurrent;
using EmbeddedDapr.Hosting;

namespace EmbeddedDapr.Actors;

/// <summary>
/// The replicas that host each actor type. Each app is queried when it first answers, again after it was unreachable, and
/// whenever no known replica hosts a requested type.
/// </summary>
internal sealed class ActorHosts(Sidecars sidecars, ActorAppClient apps)
{
    private readonly ConcurrentDictionary<Sidecar, ActorConfig> _known = new();

    /// <returns>Empty when no reachable app hosts the type.</returns>
    public async Task<IReadOnlyList<ActorHost>> FindAsync(string type, CancellationToken cancellationToken)
    {
        if (Known(type) is { Count: > 0 } known)
            return known;
        // Also queries apps that answered before: a restarted app may host more types.
        await RefreshAsync(Apps, cancellationToken);
        return Known(type);
    }

    /// <summary>Queries the apps whose configuration is unknown.</summary>
    public Task RefreshUnknownAsync(CancellationToken cancellationToken) =>
        RefreshAsync(Apps.Where(sidecar => !_known.ContainsKey(sidecar)), cancellationToken);

    public void MarkUnreachable(Sidecar sidecar) => _known.TryRemove(sidecar, out _);

    private List<ActorHost> Known(string type) =>
        [
            .. sidecars
                .All.Where(sidecar => _known.TryGetValue(sidecar, out var config) && config.Entities.Contains(type))
                .Select(sidecar => new ActorHost(sidecar, _known[sidecar])),
        ];

    private IEnumerable<Sidecar> Apps => sidecars.All.Where(sidecar => sidecar.AppPort > 0);

    private Task RefreshAsync(IEnumerable<Sidecar> apps, CancellationToken cancellationToken) =>
        Task.WhenAll(apps.Select(sidecar => RefreshAsync(sidecar, cancellationToken)));

    private async Task RefreshAsync(Sidecar sidecar, CancellationToken cancellationToken)
    {
        if (await apps.ConfigAsync(sidecar, cancellationToken) is { } config)
            _known[sidecar] = config;
    }
}
