using DaprShop.Shop.Processes;
using DaprShop.Shop.Topology;

namespace DaprShop.Shop.Supervision;

/// <summary>
/// Owns every process of a running shop: starts it, restarts it when it dies, records it, and stops it.
/// </summary>
internal sealed class Supervisor : IAsyncDisposable
{
    private readonly ShopFolder _shop;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Unit> _units = [];
    private readonly List<Task> _loops = [];
    private readonly Lock _lock = new();
    private ShopState _state;

    public Supervisor(ShopFolder shop, ShopState state, TimeProvider time)
    {
        (_shop, _state, _time) = (shop, state, time);
        Update(unchanged => unchanged);
    }

    public IReadOnlyList<Unit> Units => _units;

    /// <summary>Records the present activity in the log and in the state file.</summary>
    public void SetPhase(string text)
    {
        if (text == _state.Phase)
            return;
        SupervisorLog.Write(text);
        Update(state => state with { Phase = text });
    }

    public void Update(Func<ShopState, ShopState> change)
    {
        lock (_lock)
        {
            _state = change(_state) with { Units = [.. _units.Select(StateOf)] };
            _state.Save(_shop);
        }
    }

    /// <summary>Starts a unit and restarts it whenever it dies.</summary>
    public Unit Start(string name, UnitKind kind, IReadOnlyDictionary<string, int> ports, params ProcessSpec[] specs)
    {
        var unit = new Unit(name, kind, specs, _time) { Ports = ports };
        unit.Changed += () => Update(state => state);
        lock (_lock)
        {
            _units.Add(unit);
            _loops.Add(Task.Run(() => unit.RunAsync(_stop.Token)));
        }
        return unit;
    }

    /// <summary>Stops a unit and removes it from the state.</summary>
    public async Task RemoveAsync(Unit unit)
    {
        await unit.TerminateAsync();
        lock (_lock)
            _units.Remove(unit);
        Update(state => state);
    }

    /// <summary>Restarts an app whenever <see cref="SidecarWatch"/> finds that it is wedged.</summary>
    public void Watch(DaprApp app, IReadOnlyList<DaprApp> others, Unit unit)
    {
        lock (_lock)
            _loops.Add(Task.Run(() => new SidecarWatch(app, others, unit, _time).RunAsync(_stop.Token)));
    }

    /// <summary>Stops everything: apps, then sidecars, then the infrastructure.</summary>
    public async ValueTask DisposeAsync()
    {
        SetPhase("stopping");
        await _stop.CancelAsync();
        await Task.WhenAll(_loops).ContinueWith(_ => { }, TaskScheduler.Default);
        var apps = _units.Where(unit => unit.Kind == UnitKind.App).ToList();
        await Task.WhenAll(apps.Select(unit => unit.StopAsync(spec => spec.Name == unit.Name)));
        await Task.WhenAll(apps.Select(unit => unit.StopAsync(_ => true)));
        await Task.WhenAll(_units.Select(unit => unit.StopAsync(_ => true)));
        SupervisorLog.Write("stopped");
        _stop.Dispose();
    }

    private static UnitState StateOf(Unit unit) =>
        new(
            unit.Name,
            unit.Kind,
            unit.Restarts,
            [
                .. unit.Processes.Select(process => new ProcessState(
                    process.Spec.Name,
                    process.Identity,
                    unit.Ports.TryGetValue(process.Spec.Name, out var port) ? port : null,
                    process.Spec.StopSignal,
                    process.Spec.LogFile
                )),
            ]
        );
}
