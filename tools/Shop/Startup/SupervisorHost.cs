using System.Runtime.InteropServices;
using DaprShop.Shop.Docker;
using DaprShop.Shop.Processes;
using DaprShop.Shop.Runtimes;
using DaprShop.Shop.Supervision;
using DaprShop.Shop.Topology;

namespace DaprShop.Shop.Startup;

/// <summary>
/// The process that supervises a shop: starts it, runs until it is asked to stop, and stops everything.
/// </summary>
internal sealed class SupervisorHost(ShopFolder shop, LaunchOptions options, RuntimeSelection selection, DaprFile file)
{
    /// <summary>The exit code: 0 after a requested stop, 1 when the shop could not start.</summary>
    public async Task<int> RunAsync(CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        // SIGHUP means that the terminal was closed, which has the same effect as Ctrl-C.
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            stop.Cancel();
        });
        using var startLock = StartLock.Acquire(shop);
        SupervisorLog.Open(shop.LogOf("shop"));
        var problem = await SuperviseAsync(stop.Token);
        if (problem is null)
            File.Delete(shop.State);
        return problem is null ? 0 : 1;
    }

    public IRuntime Runtime() =>
        selection.Runtime == EmbeddedRuntime.Name
            ? new EmbeddedRuntime(shop, EmbeddedRuntime.Find(shop)!, file)
            : new DaprRuntime(shop, DaprBinaries.Find()!, selection.Broker, selection.Store);

    /// <summary>
    /// Null after a requested stop, else the reason why the shop could not start. No process is left running when it
    /// returns.
    /// </summary>
    private async Task<string?> SuperviseAsync(CancellationToken stop)
    {
        var supervisor = new Supervisor(shop, InitialState(), TimeProvider.System);
        string? problem = null;
        try
        {
            var starter = new ShopStarter(shop, supervisor, file, Runtime(), TimeProvider.System);
            await starter.StartInfrastructureAsync(stop);
            if (options.WithApps)
                await starter.StartAppsAsync(stop);
            supervisor.Update(state => state with { Started = true });
            supervisor.SetPhase("running");
            await Task.Delay(Timeout.InfiniteTimeSpan, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // A requested stop.
        }
        catch (Exception failure)
        {
            SupervisorLog.Write(failure.ToString());
            problem =
                failure is ShopException
                    ? failure.Message
                    : $"The shop could not start: {failure.Message} The details are in {shop.LogOf("shop")}.";
        }
        await supervisor.DisposeAsync();
        await DockerEngine.RemoveAsync(shop);
        supervisor.Update(state => state with { Problem = problem });
        return problem;
    }

    private ShopState InitialState() =>
        new()
        {
            Supervisor = ProcessIdentity.Of(Environment.ProcessId),
            Runtime = options.WithApps ? selection.Runtime : null,
            RuntimeReason = selection.Reason,
            Broker = selection.Broker,
            Store = selection.Store,
            Phase = "starting",
        };
}
