using DaprShop.Shop.Docker;
using DaprShop.Shop.Processes;

namespace DaprShop.Shop.Supervision;

/// <summary>
/// Stops a shop from another process: through its supervisor, or process by process where that was killed.
/// </summary>
internal static class Teardown
{
    private static readonly TimeSpan SupervisorTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ProcessTimeout = TimeSpan.FromSeconds(10);

    /// <summary>The number of processes that were stopped. No process of the shop is left afterwards.</summary>
    public static async Task<int> RunAsync(ShopFolder shop)
    {
        var state = ShopState.Load(shop);
        var alive = state is null ? 0 : Alive(state).Count() + (state.Supervisor.IsAlive ? 1 : 0);
        if (state is { Supervisor.IsAlive: true })
        {
            state.Supervisor.Send(ProcessSignal.Terminate);
            if (!await Poll.UntilAsync(() => Task.FromResult(!state.Supervisor.IsAlive), SupervisorTimeout))
                state.Supervisor.Send(ProcessSignal.Kill);
            // The supervisor may have restarted a process after the state was read.
            state = ShopState.Load(shop);
        }
        if (state is not null)
            foreach (var group in InStopOrder(state))
                await StopAsync(group);
        var orphans = OrphanedProcesses.Find(shop).Select(orphan => (orphan, ProcessSignal.Terminate)).ToList();
        await StopAsync(orphans);
        await DockerEngine.RemoveAsync(shop);
        if (File.Exists(shop.State))
            File.Delete(shop.State);
        StartLock.RemoveStale(shop);
        return alive + orphans.Count;
    }

    /// <summary>The number of processes of the shop that run, without its supervisor.</summary>
    public static int CountAlive(ShopFolder shop) => ShopState.Load(shop) is { } state ? Alive(state).Count() : 0;

    private static IEnumerable<ProcessState> Alive(ShopState state) =>
        state.Units.SelectMany(unit => unit.Processes).Where(process => process.Identity.IsAlive);

    /// <summary>Apps, then their sidecars, then the infrastructure.</summary>
    private static IEnumerable<List<(ProcessIdentity, ProcessSignal)>> InStopOrder(ShopState state) =>
        state
            .Units.SelectMany(unit => unit.Processes.Select(process => (Rank: Rank(unit, process), process)))
            .GroupBy(item => item.Rank, item => (item.process.Identity, item.process.StopSignal))
            .OrderBy(rank => rank.Key)
            .Select(rank => rank.ToList());

    private static int Rank(UnitState unit, ProcessState process) =>
        unit.Kind == UnitKind.Infra ? 2
        : process.Name == unit.Name ? 0
        : 1;

    private static async Task StopAsync(List<(ProcessIdentity Identity, ProcessSignal Signal)> processes)
    {
        foreach (var (identity, signal) in processes)
            identity.Send(signal);
        if (await HaveEndedAsync(processes))
            return;
        foreach (var (identity, _) in processes)
            identity.Send(ProcessSignal.Kill);
        await HaveEndedAsync(processes);
    }

    private static Task<bool> HaveEndedAsync(List<(ProcessIdentity Identity, ProcessSignal Signal)> processes) =>
        Poll.UntilAsync(
            () => Task.FromResult(processes.TrueForAll(process => !process.Identity.IsAlive)),
            ProcessTimeout
        );
}
