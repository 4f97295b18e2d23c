using DaprShop.Shop.Infrastructure;
using DaprShop.Shop.Processes;
using DaprShop.Shop.Supervision;

namespace DaprShop.Shop.Tests;

/// <summary>A folder to supervise tiny processes in. Whatever still runs of them at the end is killed.</summary>
internal sealed class TemporaryShop : IDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    public TemporaryShop() => Folder.Create();

    /// <summary>With nothing beside it: a shop also looks there for what it needs.</summary>
    public ShopFolder Folder { get; } =
        new(Directory.CreateTempSubdirectory("daprshop-test-").CreateSubdirectory("shop").FullName);

    public ShopState State { get; init; } =
        new()
        {
            // Nobody: a pid that no system gives out.
            Supervisor = new ProcessIdentity(int.MaxValue, 1),
            Broker = "redis",
            Store = "redis",
            Phase = "starting",
        };

    public ProcessSpec Sleeper(string name) => Script(name, "exec sleep 1000");

    public ProcessSpec Script(string name, string script) =>
        new(name, "/bin/sh", "-c", script) { WorkingDirectory = Folder.Root, LogFile = Folder.LogOf(name) };

    public static async Task Eventually(Func<bool> condition, string because) =>
        (await Until.TrueAsync(() => Task.FromResult(condition()), Deadline)).Should().BeTrue(because);

    public void Dispose()
    {
        foreach (var stray in Strays.Of(Folder))
            stray.Send(Signal.Kill);
        Directory.Delete(Path.GetDirectoryName(Folder.Root)!, recursive: true);
    }
}
