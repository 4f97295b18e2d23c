using DaprShop.Shop.Infrastructure;
using DaprShop.Shop.Processes;

namespace DaprShop.Shop.Supervision;

/// <summary>Dapr itself: placement and scheduler for all, and a sidecar beside every app, on a broker and a store.</summary>
internal sealed class DaprRuntime(ShopFolder shop, DaprBinaries dapr, string broker, string store) : IRuntime
{
    public IReadOnlyList<string> Servers { get; } =
    [.. new[] { broker, store }.Distinct().Where(product => product != "postgres")];

    public IReadOnlyList<string> Engines { get; } = store == "postgres" ? ["dapr"] : [];

    public IReadOnlyList<(int Port, string Purpose)> Ports =>
        [
            .. FreePort.IsFree(ControlPlane.PlacementPort) ? ControlPlane.PlacementPorts : [],
            .. FreePort.IsFree(ControlPlane.SchedulerPort) ? ControlPlane.SchedulerPorts : [],
        ];

    public Task StartAsync(Servers servers, CancellationToken cancel) =>
        Task.WhenAll(
            OneAsync(
                servers,
                ControlPlane.Placement(dapr, shop),
                ControlPlane.PlacementPort,
                ControlPlane.PlacementHealthAddress,
                cancel
            ),
            OneAsync(
                servers,
                ControlPlane.Scheduler(dapr, shop),
                ControlPlane.SchedulerPort,
                ControlPlane.SchedulerHealthAddress,
                cancel
            )
        );

    public IReadOnlyList<ProcessSpec> ProcessesOf(DaprApp app) =>
        [AppProcesses.Sidecar(app, dapr, shop), AppProcesses.App(app, shop)];

    /// <summary>One that runs already, of `dapr init`, say, is used.</summary>
    private static async Task OneAsync(
        Servers servers,
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
        await servers.KeepAsync(
            spec,
            port,
            () => HttpProbe.ProblemAsync(http, health, anyAnswer: false, cancel),
            cancel
        );
    }
}
