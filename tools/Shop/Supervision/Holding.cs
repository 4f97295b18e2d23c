using System.Runtime.InteropServices;
using DaprShop.Shop.Infrastructure;
using DaprShop.Shop.Infrastructure.Docker;
using DaprShop.Shop.Processes;

namespace DaprShop.Shop.Supervision;

/// <summary>The supervisor's life: bring it up, hold it until told to stop, take it down.</summary>
internal sealed class Holding(ShopFolder shop, Order order, Choice choice, DaprFile file)
{
    public async Task<int> RunAsync(CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        // The terminal was closed: the same as Ctrl-C.
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            stop.Cancel();
        });
        using var only = StartLock.Take(shop);
        Log.To(shop.LogOf("shop"));
        var problem = await HoldAsync(stop.Token);
        if (problem is null)
            File.Delete(shop.State);
        return problem is null ? 0 : 1;
    }

    /// <summary>Null when it was told to stop, else why it could not start. Nothing runs any more when it returns.</summary>
    private async Task<string?> HoldAsync(CancellationToken stop)
    {
        var supervisor = new Supervisor(shop, Initial(), TimeProvider.System);
        string? problem = null;
        try
        {
            var house = new House(shop, supervisor, file, Runtime(), TimeProvider.System);
            await house.InfrastructureAsync(stop);
            if (order.WithApps)
                await house.AppsAsync(stop);
            supervisor.Write(state => state with { Started = true });
            supervisor.Phase("running");
            await Task.Delay(Timeout.InfiniteTimeSpan, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Told to stop.
        }
        catch (Exception failure)
        {
            Log.Line(failure.ToString());
            problem =
                failure is ShopException
                    ? failure.Message
                    : $"{failure.GetType().Name}: {failure.Message} ({shop.LogOf("shop")} says where)";
        }
        await supervisor.DisposeAsync();
        await DockerEngine.RemoveAsync(shop);
        supervisor.Write(state => state with { Problem = problem });
        return problem;
    }

    public IRuntime Runtime() =>
        choice.Runtime == EmbeddedRuntime.Name
            ? new EmbeddedRuntime(shop, EmbeddedRuntime.Find(shop)!, file)
            : new DaprRuntime(shop, DaprBinaries.Find()!, choice.Broker, choice.Store);

    private ShopState Initial() =>
        new()
        {
            Supervisor = ProcessIdentity.Of(Environment.ProcessId),
            Runtime = order.WithApps ? choice.Runtime : null,
            RuntimeReason = choice.Reason,
            Broker = choice.Broker,
            Store = choice.Store,
            Phase = "starting",
        };
}
