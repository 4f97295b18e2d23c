using System.Diagnostics;
using DaprShop.Shop.Processes;

namespace DaprShop.Shop.Tests;

public sealed class LaunchTests : IDisposable
{
    private readonly TemporaryShop _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public async Task What_the_starter_has_open_is_not_held_open_by_what_it_starts()
    {
        var root = _shop.Folder.Root;
        var command = Launch.Command(_shop.Script("child", $"ls -l /proc/self/fd > {root}/open"));
        // As `flock FILE ./shop up --detach` does.
        var starter = new ProcessStartInfo("/bin/sh", ["-c", $"exec 3>{root}/lock; exec \"$@\"", "sh", command.FileName, .. command.ArgumentList]) { WorkingDirectory = root };
        starter.Environment["SHOP_LOG"] = command.Environment["SHOP_LOG"];
        using var process = Process.Start(starter)!;

        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        File.Exists(Path.Combine(root, "lock")).Should().BeTrue();
        File.ReadAllText(Path.Combine(root, "open")).Should().NotContain("/lock").And.Contain("child.log");
    }
}
