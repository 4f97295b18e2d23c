using DaprShop.Shop.Infrastructure;
using DaprShop.Shop.Infrastructure.Docker;
using DaprShop.Shop.Processes;

namespace DaprShop.Shop.Supervision;

/// <summary>Ends a shop from outside: by its supervisor, or, where that was killed, process by process.</summary>
internal static class Teardown
{
    private static readonly TimeSpan SupervisorGrace = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <summary>How many processes had to be ended; none of the shop's is left afterwards.</summary>
    public static async Task<int> RunAsync(ShopFolder shop)
    {
        var state = ShopState.Load(shop);
        var alive = state is null ? 0 : Alive(state).Count() + (state.Supervisor.IsAlive ? 1 : 0);
        if (state is { Supervisor.IsAlive: true })
        {
            state.Supervisor.Send(Signal.Terminate);
            if (!await Until.TrueAsync(() => Task.FromResult(!state.Supervisor.IsAlive), SupervisorGrace))
                state.Supervisor.Send(Signal.Kill);
            // It may have restarted something after the state was read.
            state = ShopState.Load(shop);
        }
        if (state is not null)
            foreach (var together in Order(state))
                await EndAsync(together);
        var strays = Strays.Of(shop).Select(stray => (stray, Signal.Terminate)).ToList();
        await EndAsync(strays);
        await DockerEngine.RemoveAsync(shop);
        if (File.Exists(shop.State))
            File.Delete(shop.State);
        StartLock.Clear(shop);
        return alive + strays.Count;
    }

    private static IEnumerable<ProcessState> Alive(ShopState state) =>
        state.Units.SelectMany(unit => unit.Processes).Where(process => process.Identity.IsAlive);

    /// <summary>Apps, then their sidecars, then what both stand on.</summary>
    private static IEnumerable<List<(ProcessIdentity, Signal)>> Order(ShopState state) =>
        state
            .Units.SelectMany(unit => unit.Processes.Select(process => (Rank: Rank(unit, process), process)))
            .GroupBy(item => item.Rank, item => (item.process.Identity, item.process.StopSignal))
            .OrderBy(rank => rank.Key)
            .Select(rank => rank.ToList());

    private static int Rank(UnitState unit, ProcessState process) =>
        unit.Kind == UnitKind.Infra ? 2
        : process.Name == unit.Name ? 0
        : 1;

    private static async Task EndAsync(List<(ProcessIdentity Identity, Signal Signal)> processes)
    {
        foreach (var (identity, signal) in processes)
            identity.Send(signal);
        if (await GoneAsync(processes))
            return;
        foreach (var (identity, _) in processes)
            identity.Send(Signal.Kill);
        await GoneAsync(processes);
    }

    private static Task<bool> GoneAsync(List<(ProcessIdentity Identity, Signal Signal)> processes) =>
        Until.TrueAsync(() => Task.FromResult(processes.TrueForAll(process => !process.Identity.IsAlive)), Grace);
}
