using DaprShop.Shop.Infrastructure;
using DaprShop.Shop.Processes;

namespace DaprShop.Shop.Supervision;

/// <summary>Owns every process of a running shop: starts them in order, restarts what dies, writes down what runs, and ends it all.</summary>
internal sealed class Supervisor : IAsyncDisposable
{
    private readonly ShopFolder _shop;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Unit> _units = [];
    private readonly List<Task> _loops = [];
    private readonly Lock _turn = new();
    private ShopState _state;

    public Supervisor(ShopFolder shop, ShopState state, TimeProvider time)
    {
        (_shop, _state, _time) = (shop, state, time);
        Write(unchanged => unchanged);
    }

    public IReadOnlyList<Unit> Units => _units;

    /// <summary>Says what is going on, to whoever reads the state file.</summary>
    public void Phase(string text)
    {
        if (text == _state.Phase)
            return;
        Log.Line(text);
        Write(state => state with { Phase = text });
    }

    public void Write(Func<ShopState, ShopState> change)
    {
        lock (_turn)
        {
            _state = change(_state) with { Units = [.. _units.Select(Describe)] };
            _state.Save(_shop);
        }
    }

    /// <summary>Starts a unit and keeps it running.</summary>
    public Unit Keep(string name, UnitKind kind, IReadOnlyDictionary<string, int> ports, params ProcessSpec[] specs)
    {
        var unit = new Unit(name, kind, specs, _time) { Ports = ports };
        unit.Changed += () => Write(state => state);
        lock (_turn)
        {
            _units.Add(unit);
            _loops.Add(Task.Run(() => unit.RunAsync(_stop.Token)));
        }
        return unit;
    }

    /// <summary>Ends a unit that is of no use, and forgets it.</summary>
    public async Task DropAsync(Unit unit)
    {
        await unit.EndAsync();
        lock (_turn)
            _units.Remove(unit);
        Write(state => state);
    }

    /// <summary>Watches an app for being wedged, from now on.</summary>
    public void Watch(DaprApp app, Unit unit) =>
        _loops.Add(Task.Run(() => new SidecarWatch(app, unit, _time).RunAsync(_stop.Token)));

    /// <summary>Ends everything: apps, then sidecars, then what both stand on.</summary>
    public async ValueTask DisposeAsync()
    {
        Phase("stopping");
        await _stop.CancelAsync();
        await Task.WhenAll(_loops).ContinueWith(_ => { }, TaskScheduler.Default);
        var apps = _units.Where(unit => unit.Kind == UnitKind.App).ToList();
        await Task.WhenAll(apps.Select(unit => unit.StopAsync(spec => spec.Name == unit.Name)));
        await Task.WhenAll(apps.Select(unit => unit.StopAsync(_ => true)));
        await Task.WhenAll(_units.Select(unit => unit.StopAsync(_ => true)));
        Log.Line("stopped");
        _stop.Dispose();
    }

    private static UnitState Describe(Unit unit) =>
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
