using System.Globalization;
using DaprShop.Shop.Infrastructure;
using DaprShop.Shop.Processes;

namespace DaprShop.Shop.Supervision;

/// <summary>The two processes of an app: its sidecar and itself.</summary>
internal static class AppProcesses
{
    /// <summary>What a sidecar shows to its app, so that an app whose port is everybody's knows it from others.</summary>
    public const string TokenVariable = "APP_API_TOKEN";

    public static string SidecarName(DaprApp app) => app.Id + "-sidecar";

    public static ProcessSpec App(DaprApp app, ShopFolder shop) =>
        new(app.Id, app.Command[0], [.. app.Command.Skip(1)])
        {
            WorkingDirectory = app.Folder,
            LogFile = shop.LogOf(app.Id),
            // What `dapr run` gives an app, too.
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
                // A wedged sidecar would use up all of its grace at every restart.
                "--dapr-graceful-shutdown-seconds",
                "3",
            ]
        )
        {
            WorkingDirectory = app.Folder,
            LogFile = shop.LogOf(SidecarName(app)),
            // The address that sidecars tell each other: this machine only.
            Environment = new Dictionary<string, string>
            {
                ["DAPR_HOST_IP"] = "127.0.0.1",
                [TokenVariable] = Token(shop),
            },
            Grace = TimeSpan.FromSeconds(6),
        };

    public static string Token(ShopFolder shop) =>
        SecretFile.Password(Path.Combine(Directory.CreateDirectory(shop.Data).FullName, "app-token"));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
