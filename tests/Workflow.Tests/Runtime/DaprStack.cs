using System.Net.Sockets;
using DaprShop.TestKit;
using Grpc.Core;

namespace DaprShop.Workflow.Tests.Runtime;

/// <summary>A private Redis, placement, scheduler and sidecar, all stopped and deleted at the end.</summary>
public sealed class DaprStack : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("workflow-tests-");
    private readonly List<ServerProcess> _servers = [];
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(2) };
    private readonly int _redis = Ports.Free(),
        _placement = Ports.Free(),
        _scheduler = Ports.Free(),
        _httpPort = Ports.Free(),
        _internal = Ports.Free();
    private ServerProcess? _daprd;

    /// <summary>Why the stack cannot run here; null if it can.</summary>
    private string? Missing { get; } = Binaries.Missing("daprd", "placement", "scheduler", "redis-server");

    public bool IsAvailable => Missing is null;

    public int GrpcPort { get; } = Ports.Free();

    /// <summary>What daprd answers to the purge of an instance that has not ended.</summary>
    public static StatusCode PurgeOfActiveInstance => StatusCode.Unknown;

    /// <summary>
    /// daprd fails the purge of an instance that does not exist; the embedded runtime purges nothing.
    /// </summary>
    public static bool PurgeOfMissingInstanceFails => true;

    /// <summary>
    /// With daprd and the official worker, a suspension clears the custom status, and a termination drops its output.
    /// </summary>
    public static bool KeepsWhatSuspensionAndTerminationSet => false;

    /// <summary>With daprd, the official worker draws the same ids when an instance id runs again.</summary>
    public static bool RunsOfOneIdDrawNewIds => false;

    public async ValueTask InitializeAsync()
    {
        if (Missing is not null)
            return;
        try
        {
            await StartAsync();
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    private async Task StartAsync()
    {
        Start("redis-server", "--port", $"{_redis}", "--dir", _directory.FullName, "--save", "", "--appendonly", "no");
        Start(
            "placement",
            "--port",
            $"{_placement}",
            "--healthz-port",
            $"{Ports.Free()}",
            "--metrics-port",
            $"{Ports.Free()}",
            "--initial-cluster",
            $"dapr-placement-0=127.0.0.1:{Ports.Free()}"
        );
        Start(
            "scheduler",
            "--port",
            $"{_scheduler}",
            "--healthz-port",
            $"{Ports.Free()}",
            "--metrics-port",
            $"{Ports.Free()}",
            "--etcd-data-dir",
            Path.Combine(_directory.FullName, "etcd"),
            "--etcd-client-port",
            $"{Ports.Free()}",
            "--etcd-initial-cluster",
            $"dapr-scheduler-server-0=http://localhost:{Ports.Free()}",
            "--override-broadcast-host-port",
            $"127.0.0.1:{_scheduler}"
        );
        foreach (var port in (int[])[_redis, _placement, _scheduler])
            await Wait.UntilAsync(() => AcceptsAsync(port), $"port {port} is open", Logs);

        var components = _directory.CreateSubdirectory("components");
        await File.WriteAllTextAsync(
            Path.Combine(components.FullName, "workflowstore.yaml"),
            $$"""
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata: { name: workflowstore }
            spec:
              type: state.redis
              version: v1
              metadata:
                - { name: redisHost, value: "127.0.0.1:{{_redis}}" }
                - { name: actorStateStore, value: "true" }
            """
        );
        await StartSidecarAsync();
    }

    /// <summary>Each test calls this first: it skips, or, in CI, fails if a program is missing.</summary>
    public void Require()
    {
        if (Missing is null)
            return;
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail(Missing);
        Assert.Skip(Missing);
    }

    public async Task StartSidecarAsync()
    {
        _daprd = Start(
            "daprd",
            "--app-id",
            "workflow-tests",
            "--dapr-http-port",
            $"{_httpPort}",
            "--dapr-grpc-port",
            $"{GrpcPort}",
            "--dapr-internal-grpc-port",
            $"{_internal}",
            "--metrics-port",
            $"{Ports.Free()}",
            "--enable-metrics=false",
            "--resources-path",
            Path.Combine(_directory.FullName, "components"),
            "--placement-host-address",
            $"127.0.0.1:{_placement}",
            "--scheduler-host-address",
            $"127.0.0.1:{_scheduler}"
        );
        await Wait.UntilAsync(IsHealthyAsync, "the sidecar is healthy");
    }

    /// <summary>kill -9.</summary>
    public async Task KillSidecarAsync()
    {
        await _daprd!.KillAsync();
        _servers.Remove(_daprd);
    }

    public async ValueTask DisposeAsync()
    {
        _servers.Reverse();
        foreach (var server in _servers)
            await server.KillAsync();
        _http.Dispose();
        _directory.Delete(recursive: true);
    }

    internal string Logs() => string.Join("\n----\n", _servers.Select(server => server.Tail()));

    private ServerProcess Start(string program, params string[] arguments)
    {
        var log = Path.Combine(_directory.FullName, program + ".log");
        var server = ServerProcess.Start(
            log,
            Binaries.Find(program)!,
            new Dictionary<string, string> { ["DAPR_HOST_IP"] = "127.0.0.1" },
            arguments
        );
        _servers.Add(server);
        return server;
    }

    private async Task<bool> IsHealthyAsync()
    {
        if (_daprd!.HasExited)
            throw new InvalidOperationException($"The sidecar ended.\n{Logs()}");
        try
        {
            using var response = await _http.GetAsync(new Uri($"http://127.0.0.1:{_httpPort}/v1.0/healthz/outbound"));
            return response.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    private static async Task<bool> AcceptsAsync(int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
