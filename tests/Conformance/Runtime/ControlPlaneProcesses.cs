using System.Globalization;
using DaprShop.Shop.Networking;
using DaprShop.Shop.Processes;
using DaprShop.Shop.Runtimes;
using DaprShop.TestKit;
using DaprShop.TestKit.Servers;

namespace DaprShop.Conformance.Runtime;

/// <summary>Placement and scheduler of a stage whose apps host workflows and actors.</summary>
internal sealed class ControlPlaneProcesses : IAsyncDisposable
{
    private readonly int _placementPort = FreePort.Take();
    private readonly int _schedulerPort = FreePort.Take();
    private readonly int _placementHealth = FreePort.Take();
    private readonly int _schedulerHealth = FreePort.Take();
    private readonly List<OwnedProcess> _processes = [];

    public string Placement => $"127.0.0.1:{Text(_placementPort)}";

    public string Scheduler => $"127.0.0.1:{Text(_schedulerPort)}";

    public static async Task<ControlPlaneProcesses> StartAsync(DaprBinaries dapr, string folder)
    {
        var plane = new ControlPlaneProcesses();
        plane.Start(
            folder,
            "placement",
            dapr.Placement,
            "--port",
            Text(plane._placementPort),
            "--id",
            "dapr-placement-0",
            "--initial-cluster",
            $"dapr-placement-0=127.0.0.1:{Text(FreePort.Take())}",
            "--healthz-port",
            Text(plane._placementHealth),
            "--metrics-port",
            Text(FreePort.Take())
        );
        plane.Start(
            folder,
            "scheduler",
            dapr.Scheduler,
            "--port",
            Text(plane._schedulerPort),
            "--override-broadcast-host-port",
            plane.Scheduler,
            "--id",
            "dapr-scheduler-server-0",
            "--etcd-initial-cluster",
            $"dapr-scheduler-server-0=http://localhost:{Text(FreePort.Take())}",
            "--etcd-client-port",
            Text(FreePort.Take()),
            "--etcd-data-dir",
            Path.Combine(folder, "etcd"),
            "--healthz-port",
            Text(plane._schedulerHealth),
            "--metrics-port",
            Text(FreePort.Take())
        );
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        foreach (var port in new[] { plane._placementHealth, plane._schedulerHealth })
            await Wait.UntilAsync(
                () => IsHealthyAsync(http, port),
                "placement and scheduler are healthy",
                () => LogTail.Of(Path.Combine(folder, "scheduler.log"))
            );
        return plane;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            process.Identity.Send(ProcessSignal.Kill);
            await process.DisposeAsync();
        }
    }

    private void Start(string folder, string name, string program, params string[] arguments)
    {
        var process = OwnedProcess.Start(
            new ProcessSpec(
                name,
                program,
                [
                    .. arguments,
                    "--listen-address",
                    "127.0.0.1",
                    "--metrics-listen-address",
                    "127.0.0.1",
                    "--log-level",
                    "warn",
                ]
            )
            {
                WorkingDirectory = folder,
                LogFile = Path.Combine(folder, name + ".log"),
            }
        );
        Orphans.Add(process);
        _processes.Add(process);
    }

    private static async Task<bool> IsHealthyAsync(HttpClient http, int port)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{Text(port)}/healthz"));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
