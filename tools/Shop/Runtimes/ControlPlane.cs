using System.Globalization;
using DaprShop.Shop.Processes;

namespace DaprShop.Shop.Runtimes;

/// <summary>Dapr's placement and scheduler. `dapr init --slim` installs them but does not start them.</summary>
internal static class ControlPlane
{
    public const int PlacementPort = 3560;
    public const int SchedulerPort = 3561;

    // The default ports collide with each other and with the gateway (8080), and are in the range of outgoing
    // connections.
    private const int PlacementRaft = 3530;
    private const int PlacementHealth = 3531;
    private const int PlacementMetrics = 3532;
    private const int SchedulerHealth = 3533;
    private const int SchedulerMetrics = 3534;
    private const int SchedulerClient = 3535;
    private const int SchedulerPeer = 3536;

    public static readonly IReadOnlyList<(int Port, string Purpose)> PlacementPorts =
    [
        (PlacementRaft, "placement, raft"),
        (PlacementHealth, "placement, health"),
        (PlacementMetrics, "placement, metrics"),
    ];

    public static readonly IReadOnlyList<(int Port, string Purpose)> SchedulerPorts =
    [
        (SchedulerHealth, "scheduler, health"),
        (SchedulerMetrics, "scheduler, metrics"),
        (SchedulerClient, "scheduler, etcd"),
        (SchedulerPeer, "scheduler, etcd peers"),
    ];

    public static readonly Uri PlacementHealthAddress = new($"http://127.0.0.1:{PlacementHealth}/healthz");

    public static readonly Uri SchedulerHealthAddress = new($"http://127.0.0.1:{SchedulerHealth}/healthz");

    public static ProcessSpec Placement(DaprBinaries dapr, ShopFolder shop) =>
        new(
            "placement",
            dapr.Placement,
            "--port",
            Text(PlacementPort),
            "--listen-address",
            "127.0.0.1",
            "--id",
            "dapr-placement-0",
            "--initial-cluster",
            $"dapr-placement-0=127.0.0.1:{Text(PlacementRaft)}",
            "--healthz-port",
            Text(PlacementHealth),
            "--metrics-port",
            Text(PlacementMetrics),
            "--metrics-listen-address",
            "127.0.0.1",
            "--log-level",
            "warn"
        )
        {
            WorkingDirectory = shop.Root,
            LogFile = shop.LogOf("placement"),
        };

    public static ProcessSpec Scheduler(DaprBinaries dapr, ShopFolder shop) =>
        new(
            "scheduler",
            dapr.Scheduler,
            "--port",
            Text(SchedulerPort),
            "--listen-address",
            "127.0.0.1",
            "--override-broadcast-host-port",
            $"127.0.0.1:{Text(SchedulerPort)}",
            "--id",
            "dapr-scheduler-server-0",
            "--etcd-initial-cluster",
            $"dapr-scheduler-server-0=http://localhost:{Text(SchedulerPeer)}",
            "--etcd-client-port",
            Text(SchedulerClient),
            "--etcd-data-dir",
            DataOf(shop),
            "--healthz-port",
            Text(SchedulerHealth),
            "--metrics-port",
            Text(SchedulerMetrics),
            "--metrics-listen-address",
            "127.0.0.1",
            "--log-level",
            "warn"
        )
        {
            WorkingDirectory = shop.Root,
            LogFile = shop.LogOf("scheduler"),
            Folders = [DataOf(shop)],
        };

    private static string DataOf(ShopFolder shop) => Path.Combine(shop.Data, "scheduler");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
