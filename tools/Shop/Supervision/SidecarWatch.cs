using DaprShop.Shop.Topology;

namespace DaprShop.Shop.Supervision;

/// <summary>
/// Detects an app whose processes run but do not work, although the app is alive: its sidecar hands out no workflow
/// work, has lost its components, or reaches none of the other apps. Only a restart repairs these.
/// </summary>
/// <param name="others">The other apps of the shop.</param>
internal sealed class SidecarWatch(DaprApp app, IReadOnlyList<DaprApp> others, Unit unit, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    // The SDK waits 5 s before it connects again, and a busy machine needs some seconds more.
    private readonly FailureTimeout _worker = new(TimeSpan.FromSeconds(20), time);
    private readonly FailureTimeout _components = new(TimeSpan.FromSeconds(30), time);
    private readonly FailureTimeout _names = new(TimeSpan.FromSeconds(20), time);

    public async Task RunAsync(CancellationToken stop)
    {
        using var probe = new AppProbe(app, others.Count > 0 ? others[0] : app);
        var neighbours = others.Select(other => (other.Id, Probe: new AppProbe(other, app))).ToList();
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
                if (await FailureAsync(probe, neighbours, stop) is { } failure)
                    unit.RequestRestart(failure);
        }
        finally
        {
            neighbours.ForEach(neighbour => neighbour.Probe.Dispose());
        }
    }

    private async Task<string?> FailureAsync(
        AppProbe probe,
        IReadOnlyList<(string Id, AppProbe Probe)> neighbours,
        CancellationToken stop
    )
    {
        var isAlive = await probe.IsAliveAsync(stop);
        // The embedded runtime is no part of the unit: while it is away, a restart of the app would not bring it back,
        // and patience counts from its next answer.
        var hasOwnSidecar = unit.Processes.Count > 1;
        var isObserved = isAlive && (hasOwnSidecar || await probe.SidecarAnswersAsync(stop));
        if (_worker.Observe(app.RunsWorkflows && isObserved && await probe.HasWorkerAsync(stop) == false))
            return "its sidecar had no workflow worker for 20 s although the app is alive";
        if (_components.Observe(isObserved && !await probe.HasComponentsAsync(stop)))
            return "its sidecar was without its components for 30 s";
        return _names.Observe(isObserved && await IsIsolatedAsync(probe, neighbours, stop))
            ? "its sidecar reached none of the other apps for 20 s"
            : null;
    }

    /// <summary>True when other apps are alive, and none of them can be invoked.</summary>
    private static async Task<bool> IsIsolatedAsync(
        AppProbe probe,
        IReadOnlyList<(string Id, AppProbe Probe)> neighbours,
        CancellationToken stop
    )
    {
        var alive = 0;
        foreach (var (id, neighbour) in neighbours)
        {
            if (!await neighbour.IsAliveAsync(stop))
                continue;
            if (await probe.CanInvokeAsync(id, stop))
                return false;
            alive++;
        }

        return alive > 0;
    }
}
