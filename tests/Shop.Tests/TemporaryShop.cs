using DaprShop.Shop.Processes;
using DaprShop.Shop.Supervision;

namespace DaprShop.Shop.Tests;

/// <summary>A folder in which small processes are supervised. Those that still run at the end are killed.</summary>
internal sealed class TemporaryShop : IDisposable
{
    public TemporaryShop() => Folder.Create();

    /// <summary>Has an empty parent folder, where a shop looks for a Kafka installation.</summary>
    public ShopFolder Folder { get; } =
        new(Directory.CreateTempSubdirectory("daprshop-test-").CreateSubdirectory("shop").FullName);

    public ShopState State { get; init; } =
        new()
        {
            // A pid that no system uses.
            Supervisor = new ProcessIdentity(int.MaxValue, 1),
            Broker = "redis",
            Store = "redis",
            Phase = "starting",
        };

    public ProcessSpec Sleeper(string name) => Script(name, "exec sleep 1000");

    public ProcessSpec Script(string name, string script) =>
        new(name, "/bin/sh", "-c", script) { WorkingDirectory = Folder.Root, LogFile = Folder.LogOf(name) };

    public void Dispose()
    {
        foreach (var orphan in OrphanedProcesses.Find(Folder))
            orphan.Send(ProcessSignal.Kill);
        Directory.Delete(Path.GetDirectoryName(Folder.Root)!, recursive: true);
    }
}
