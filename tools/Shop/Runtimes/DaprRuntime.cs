using DaprShop.Shop.Networking;
using DaprShop.Shop.Processes;
using DaprShop.Shop.Supervision;
using DaprShop.Shop.Topology;

namespace DaprShop.Shop.Runtimes;

/// <summary>
/// Dapr itself: placement and scheduler for all apps, and a sidecar beside every app, on a broker and a store.
/// </summary>
internal sealed class DaprRuntime(ShopFolder shop, DaprBinaries dapr, string broker, string store) : IRuntime
{
    public IReadOnlyList<string> Servers { get; } =
    [.. new[] { broker, store }.Distinct().Where(product => product != "postgres")];

    public IReadOnlyList<string> Databases { get; } = store == "postgres" ? ["dapr"] : [];

    public IReadOnlyList<(int Port, string Purpose)> Ports =>
        [
            .. FreePort.IsFree(ControlPlane.PlacementPort) ? ControlPlane.PlacementPorts : [],
            .. FreePort.IsFree(ControlPlane.SchedulerPort) ? ControlPlane.SchedulerPorts : [],
        ];

    public Task StartAsync(ServerManager servers, CancellationToken cancel)
    {
        NamesFile.Create(shop);
        return Task.WhenAll(
            StartOrUseAsync(
                servers,
                ControlPlane.Placement(dapr, shop),
                ControlPlane.PlacementPort,
                ControlPlane.PlacementHealthAddress,
                cancel
            ),
            StartOrUseAsync(
                servers,
                ControlPlane.Scheduler(dapr, shop),
                ControlPlane.SchedulerPort,
                ControlPlane.SchedulerHealthAddress,
                cancel
            )
        );
    }

    public IReadOnlyList<ProcessSpec> ProcessesOf(DaprApp app) =>
        [AppProcesses.Sidecar(app, dapr, shop), AppProcesses.App(app, shop)];

    /// <summary>An instance that runs already, started by <c>dapr init</c> for example, is used.</summary>
    private static async Task StartOrUseAsync(
        ServerManager servers,
        ProcessSpec spec,
        int port,
        Uri health,
        CancellationToken cancel
    )
    {
        if (!FreePort.IsFree(port))
        {
            servers.External(spec.Name, $"127.0.0.1:{port}");
            return;
        }
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        await servers.StartAsync(
            spec,
            port,
            () => HttpProbe.ProblemAsync(http, health, anyStatus: false, cancel),
            cancel
        );
    }
}
