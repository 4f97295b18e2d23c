namespace DaprShop.Shop.Supervision;

/// <summary>
/// Watches for a pair that runs but does not work: a sidecar that hands out no workflow work although the app is alive, or one that has lost its
/// components. Only a restart helps either.
/// </summary>
internal sealed class SidecarWatch(DaprApp app, Unit unit, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private readonly Patience _worker = new(TimeSpan.FromSeconds(15), time);
    private readonly Patience _components = new(TimeSpan.FromSeconds(30), time);

    public async Task RunAsync(CancellationToken stop)
    {
        using var questions = new SidecarQuestions(app);
        using var timer = new PeriodicTimer(Pause, time);
        while (await timer.WaitForNextTickAsync(stop))
        {
            var alive = await questions.IsAliveAsync(stop);
            if (_worker.RunsOut(app.RunsWorkflows && alive && !await questions.HasWorkerAsync(stop)))
                unit.Restart("its sidecar has had no workflow worker for 15 s although the app is alive");
            else if (_components.RunsOut(alive && !await questions.HasItsComponentsAsync(stop)))
                unit.Restart("its sidecar has been without its components for 30 s");
        }
    }
}
