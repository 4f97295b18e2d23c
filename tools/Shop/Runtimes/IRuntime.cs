using DaprShop.Shop.Processes;
using DaprShop.Shop.Supervision;
using DaprShop.Shop.Topology;

namespace DaprShop.Shop.Runtimes;

/// <summary>Serves Dapr's API to the apps.</summary>
internal interface IRuntime
{
    /// <summary>The servers that the runtime needs besides PostgreSQL.</summary>
    IReadOnlyList<string> Servers { get; }

    /// <summary>The databases of <c>Provisioner.RuntimeDatabases</c> that the runtime uses.</summary>
    IReadOnlyList<string> Databases { get; }

    /// <summary>Ports that the runtime needs besides those of the apps.</summary>
    IReadOnlyList<(int Port, string Purpose)> Ports { get; }

    /// <summary>
    /// Starts the processes that all apps share, and waits until they are healthy. The databases exist by then.
    /// </summary>
    Task StartAsync(ServerManager servers, CancellationToken cancel);

    /// <summary>The processes that are restarted together with one app, the app itself last.</summary>
    IReadOnlyList<ProcessSpec> ProcessesOf(DaprApp app);
}
