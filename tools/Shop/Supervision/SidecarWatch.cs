using DaprShop.Shop.Topology;

namespace DaprShop.Shop.Supervision;

/// <summary>
/// Detects an app whose processes run but do not work: its sidecar hands out no workflow work although the app is
/// alive, or its sidecar has lost its components. Only a restart repairs either.
/// </summary>
internal sealed class SidecarWatch(DaprApp app, Unit unit, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private readonly FailureTimeout _worker = new(TimeSpan.FromSeconds(15), time);
    private readonly FailureTimeout _components = new(TimeSpan.FromSeconds(30), time);

    public async Task RunAsync(CancellationToken stop)
    {
        using var probe = new AppProbe(app);
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stop))
        {
            var isAlive = await probe.IsAliveAsync(stop);
            if (_worker.Observe(app.RunsWorkflows && isAlive && !await probe.HasWorkerAsync(stop)))
                unit.RequestRestart("its sidecar had no workflow worker for 15 s although the app is alive");
            else if (_components.Observe(isAlive && !await probe.HasComponentsAsync(stop)))
                unit.RequestRestart("its sidecar was without its components for 30 s");
        }
    }
}
