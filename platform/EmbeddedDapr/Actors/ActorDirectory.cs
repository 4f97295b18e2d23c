using EmbeddedDapr.Hosting;

namespace EmbeddedDapr.Actors;

/// <summary>Where each active actor lives: on one replica at a time, and there until it is deactivated or the replica does not answer.</summary>
internal sealed class ActorDirectory(ActorHosts hosts, TimeProvider clock)
{
    private readonly Dictionary<(string Type, string Id), Actor> _active = [];

    /// <returns>Null when no app that answers hosts the type.</returns>
    public async Task<Actor?> FindAsync(string type, string id, CancellationToken cancellationToken)
    {
        lock (_active)
        {
            if (_active.TryGetValue((type, id), out var active))
                return active;
        }

        var replicas = await hosts.OfAsync(type, cancellationToken);
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

    /// <summary>The actor, if it is active on this replica, which alone may change its state.</summary>
    public Actor? On(Sidecar sidecar, string type, string id)
    {
        lock (_active)
            return _active.TryGetValue((type, id), out var actor) && actor.Host.Sidecar == sidecar ? actor : null;
    }

    public void Remove(Actor actor)
    {
        lock (_active)
        {
            actor.IsGone = true;
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

    /// <summary>A replica does not answer: its actors may live elsewhere from now on.</summary>
    public void Lost(Sidecar sidecar)
    {
        hosts.Lost(sidecar);
        foreach (var actor in Active().Where(actor => actor.Host.Sidecar == sidecar))
            Remove(actor);
    }

    public List<Actor> Active()
    {
        lock (_active)
            return [.. _active.Values];
    }
}
