using DaprShop.Shop.Processes;

namespace DaprShop.Shop.Supervision;

/// <summary>What serves Dapr's API to the apps.</summary>
internal interface IRuntime
{
    /// <summary>The products that it stands on, besides PostgreSQL.</summary>
    IReadOnlyList<string> Servers { get; }

    /// <summary>Which of <c>Provisioner.Engines</c> keep something in PostgreSQL.</summary>
    IReadOnlyList<string> Engines { get; }

    /// <summary>Ports that it needs besides those of the apps.</summary>
    IReadOnlyList<(int Port, string Purpose)> Ports { get; }

    /// <summary>Starts what all apps share, and waits until it answers. The databases are there by then.</summary>
    Task StartAsync(Servers servers, CancellationToken cancel);

    /// <summary>What belongs to one app and lives and dies with it, the app itself last.</summary>
    IReadOnlyList<ProcessSpec> ProcessesOf(DaprApp app);
}
