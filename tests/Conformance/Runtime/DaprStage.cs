using System.Globalization;
using DaprShop.Shop.Networking;
using DaprShop.Shop.Processes;
using DaprShop.Shop.Runtimes;
using DaprShop.Shop.Secrets;
using DaprShop.TestKit.Servers;

namespace DaprShop.Conformance.Runtime;

/// <summary>Real sidecars, started as by `./shop up`, in a folder laid out like the repository's root.</summary>
internal sealed class DaprStage : Stage
{
    private readonly Dictionary<Node, OwnedProcess> _sidecars = [];
    private readonly DaprBinaries _dapr = DaprBinaries.Find()!;
    private readonly TestServer? _broker;
    private readonly bool _ownsBroker;
    private readonly IReadOnlyList<string> _resources;
    private ControlPlaneProcesses? _controlPlane;

    private DaprStage(Column column, TestServer? broker, bool ownsBroker, IReadOnlyList<NodeSpec> specs)
        : base(specs)
    {
        (_broker, _ownsBroker) = (broker, ownsBroker);
        _resources = ComponentFiles.Copy(column, Folder);
    }

    public static async Task<DaprStage> OpenAsync(
        Column column,
        Servers servers,
        bool ownBroker,
        IReadOnlyList<NodeSpec> specs
    )
    {
        var broker = column.Broker is null
            ? null
            : await (ownBroker ? Servers.StartAsync(column.Broker) : servers.SharedAsync(column.Broker));
        var stage = new DaprStage(column, broker, ownBroker, specs);
        var secrets = new Dictionary<string, string>();
        if (broker is not null)
            secrets[column.Broker!] = broker.Address;
        if (column.Store == "redis" && !secrets.ContainsKey("redis"))
            secrets["redis"] = (await servers.SharedAsync("redis")).Address;
        if (column.Store == "postgres")
            secrets["dapr-postgres"] = await StateDatabase.CreateAsync();
        Directory.CreateDirectory(Path.Combine(stage.Folder, ".shop"));
        PrivateFile.Write(Path.Combine(stage.Folder, ".shop", "secrets.json"), secrets);
        if (specs.Any(s => s.Workflows))
            stage._controlPlane = await ControlPlaneProcesses.StartAsync(stage._dapr, stage.Folder);
        return stage;
    }

    public override Task StartSidecarAsync(Node node)
    {
        if (_sidecars.TryGetValue(node, out var running) && running.IsAlive)
            return Task.CompletedTask;
        _sidecars[node] = Start(
            new ProcessSpec(
                node.Name + "-sidecar",
                _dapr.Daprd,
                [
                    "--app-id",
                    node.Spec.AppId,
                    "--app-port",
                    Text(node.AppPort),
                    "--dapr-http-port",
                    Text(node.HttpPort),
                    "--dapr-grpc-port",
                    Text(node.GrpcPort),
                    "--dapr-listen-addresses",
                    "127.0.0.1",
                    "--dapr-internal-grpc-port",
                    Text(FreePort.Take()),
                    "--dapr-internal-grpc-listen-address",
                    "127.0.0.1",
                    "--enable-metrics=false",
                    .. _resources.SelectMany(path => new[] { "--resources-path", path }),
                    "--config",
                    Path.Combine(_resources[0], "config.yaml"),
                    "--placement-host-address",
                    _controlPlane?.Placement ?? "",
                    "--scheduler-host-address",
                    _controlPlane?.Scheduler ?? "",
                    "--max-body-size",
                    "16Mi",
                    "--log-level",
                    Environment.GetEnvironmentVariable("CONFORMANCE_LOG") ?? "warn",
                ]
            )
            {
                WorkingDirectory = Folder,
                LogFile = Path.Combine(Folder, node.Name + "-sidecar.log"),
                Environment = new Dictionary<string, string> { ["DAPR_HOST_IP"] = "127.0.0.1" },
            }
        );
        return Task.CompletedTask;
    }

    public override Task KillSidecarAsync(Node node) => KillAsync(_sidecars[node]);

    public override async Task RestartBrokerAsync(bool wipe = false)
    {
        await _broker!.KillAsync();
        if (wipe)
            await _broker.WipeAsync();
        await _broker.StartAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var sidecar in _sidecars.Values)
            await KillAsync(sidecar);
        if (_controlPlane is not null)
            await _controlPlane.DisposeAsync();
        if (_ownsBroker)
            await _broker!.DisposeAsync();
        await base.DisposeAsync();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
