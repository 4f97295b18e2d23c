using DaprShop.TestKit;
using EmbeddedDapr.Hosting;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;

// Replaces the class of this name in Workflow.Tests, so that its tests run against the embedded runtime, too.
#pragma warning disable IDE0130
namespace DaprShop.Workflow.Tests.Runtime;

#pragma warning restore IDE0130

/// <summary>The embedded runtime with one app, on a database of its own.</summary>
public sealed class DaprStack : IAsyncLifetime
{
    private readonly Sidecar _sidecar = new("workflow-tests", 0, Ports.Free(), Ports.Free());
    private string _database = "";
    private WebApplication? _runtime;

    public bool IsAvailable => _runtime is not null;

    public int GrpcPort => _sidecar.GrpcPort;

    /// <summary>What the embedded runtime answers to the purge of an instance that has not ended.</summary>
    public static StatusCode PurgeOfActiveInstance => StatusCode.FailedPrecondition;

    /// <summary>The purge of an instance that does not exist purges nothing.</summary>
    public static bool PurgeOfMissingInstanceFails => false;

    /// <summary>A suspension keeps the custom status, and a termination keeps its output.</summary>
    public static bool KeepsWhatSuspensionAndTerminationSet => true;

    /// <summary>When an instance id runs again, the official worker draws new ids.</summary>
    public static bool RunsOfOneIdDrawNewIds => true;

    public async ValueTask InitializeAsync()
    {
        _database = (await (await LocalPostgres.SharedAsync()).CreateDatabaseAsync("orders")).Owner;
        await StartSidecarAsync();
    }

    /// <summary>PostgreSQL is always available: no test skips.</summary>
    public void Require() => Assert.True(IsAvailable, "The runtime is not running.");

    public async Task StartSidecarAsync()
    {
        _runtime = await EmbeddedDapr.RuntimeHost.BuildAsync(new Sidecars([_sidecar]), _database);
        await _runtime.StartAsync();
    }

    /// <summary>Stops at once: calls are aborted, and unwritten changes are lost.</summary>
    public async Task KillSidecarAsync()
    {
        await _runtime!.StopAsync(new CancellationToken(canceled: true));
        await _runtime.DisposeAsync();
        _runtime = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_runtime is not null)
            await KillSidecarAsync();
    }

    internal string Logs() => $"The embedded runtime at port {GrpcPort}.";
}
