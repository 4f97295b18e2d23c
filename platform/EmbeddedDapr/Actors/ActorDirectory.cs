using EmbeddedDapr.Hosting;

namespace EmbeddedDapr.Actors;

/// <summary>
/// The placement of active actors: each is on one replica at a time, until it is deactivated or the replica is
/// unreachable.
/// </summary>
internal sealed class ActorDirectory(ActorHosts hosts, TimeProvider clock)
{
    private readonly Dictionary<(string Type, string Id), ActiveActor> _active = [];

    /// <returns>Null when no reachable app hosts the type.</returns>
    public async Task<ActiveActor?> FindAsync(string type, string id, CancellationToken cancellationToken)
    {
        lock (_active)
        {
            if (_active.TryGetValue((type, id), out var active))
                return active;
        }

        var replicas = await hosts.FindAsync(type, cancellationToken);
        if (replicas.Count == 0)
            return null;
        var host = replicas[(int)(id.Aggregate(0u, (hash, letter) => hash * 31 + letter) % replicas.Count)];
        lock (_active)
        {
            if (!_active.TryGetValue((type, id), out var actor))
                _active.Add(
                    (type, id),
                    actor = new(new(host.Sidecar.AppId, type, id), host) { LastUsed = clock.GetUtcNow() }
                );
            return actor;
        }
    }

    /// <summary>The actor if it is active on this replica. No other replica may change its state.</summary>
    public ActiveActor? FindOn(Sidecar sidecar, string type, string id)
    {
        lock (_active)
            return _active.TryGetValue((type, id), out var actor) && actor.Host.Sidecar == sidecar ? actor : null;
    }

    public void Remove(ActiveActor actor)
    {
        lock (_active)
        {
            actor.IsRemoved = true;
            if (_active.TryGetValue((actor.Key.Type, actor.Key.Id), out var active) && active == actor)
                _active.Remove((actor.Key.Type, actor.Key.Id));
        }
        lock (actor.Timers)
        {
            foreach (var timer in actor.Timers.Values)
                timer.Dispose();
            actor.Timers.Clear();
        }
    }

    /// <summary>Removes the actors of an unreachable replica, so that other replicas may activate them.</summary>
    public void MarkUnreachable(Sidecar sidecar)
    {
        hosts.MarkUnreachable(sidecar);
        foreach (var actor in Active().Where(actor => actor.Host.Sidecar == sidecar))
            Remove(actor);
    }

    public List<ActiveActor> Active()
    {
        lock (_active)
            return [.. _active.Values];
    }
}
