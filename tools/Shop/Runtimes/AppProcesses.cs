using System.Globalization;
using DaprShop.Shop.Processes;
using DaprShop.Shop.Secrets;
using DaprShop.Shop.Topology;

namespace DaprShop.Shop.Runtimes;

/// <summary>The two processes of an app: the app and its sidecar.</summary>
internal static class AppProcesses
{
    /// <summary>
    /// The token that a sidecar sends to its app, so that the app can tell its sidecar's requests from others'.
    /// </summary>
    public const string TokenVariable = "APP_API_TOKEN";

    public static string SidecarName(DaprApp app) => app.Id + "-sidecar";

    public static ProcessSpec App(DaprApp app, ShopFolder shop) =>
        new(app.Id, app.Command[0], [.. app.Command.Skip(1)])
        {
            WorkingDirectory = app.Folder,
            LogFile = shop.LogOf(app.Id),
            // The variables that `dapr run` sets, too.
            Environment = new Dictionary<string, string>(app.Environment)
            {
                ["APP_ID"] = app.Id,
                ["APP_PORT"] = Text(app.Port),
                ["APP_PROTOCOL"] = "http",
                [TokenVariable] = Token(shop),
                ["DAPR_HTTP_PORT"] = Text(app.HttpPort),
                ["DAPR_GRPC_PORT"] = Text(app.GrpcPort),
                ["DAPR_METRICS_PORT"] = Text(app.MetricsPort),
            },
        };

    public static ProcessSpec Sidecar(DaprApp app, DaprBinaries dapr, ShopFolder shop) =>
        new(
            SidecarName(app),
            dapr.Daprd,
            [
                "--app-id",
                app.Id,
                "--app-port",
                Text(app.Port),
                "--dapr-http-port",
                Text(app.HttpPort),
                "--dapr-grpc-port",
                Text(app.GrpcPort),
                "--dapr-listen-addresses",
                "127.0.0.1",
                "--dapr-internal-grpc-port",
                Text(app.InternalGrpcPort),
                "--dapr-internal-grpc-listen-address",
                "127.0.0.1",
                "--metrics-port",
                Text(app.MetricsPort),
                "--metrics-listen-address",
                "127.0.0.1",
                .. app.ResourcesPaths.SelectMany(path => new[] { "--resources-path", path }),
                "--config",
                app.ConfigFile,
                "--placement-host-address",
                $"127.0.0.1:{Text(ControlPlane.PlacementPort)}",
                "--scheduler-host-address",
                $"127.0.0.1:{Text(ControlPlane.SchedulerPort)}",
                "--max-body-size",
                app.MaxBodySize,
                "--log-level",
                app.LogLevel,
                // A wedged sidecar uses all of its shutdown time at every restart.
                "--dapr-graceful-shutdown-seconds",
                "3",
            ]
        )
        {
            WorkingDirectory = app.Folder,
            LogFile = shop.LogOf(SidecarName(app)),
            // The address that sidecars publish to each other: this machine only.
            Environment = new Dictionary<string, string>
            {
                ["DAPR_HOST_IP"] = "127.0.0.1",
                [TokenVariable] = Token(shop),
            },
            Grace = TimeSpan.FromSeconds(6),
        };

    public static string Token(ShopFolder shop) =>
        PrivateFile.Password(Path.Combine(Directory.CreateDirectory(shop.Data).FullName, "app-token"));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
