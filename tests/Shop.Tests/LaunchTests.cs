using System.Diagnostics;
using System.Globalization;
using DaprShop.Shop.Processes;
using DaprShop.TestKit;

namespace DaprShop.Shop.Tests;

public sealed class LaunchTests : IDisposable
{
    private readonly TemporaryShop _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public async Task A_started_process_does_not_inherit_open_files()
    {
        var root = _shop.Folder.Root;
        var command = Launch.Command(_shop.Script("child", $"ls -l /proc/self/fd > {root}/open"));
        // As `flock FILE ./shop up --detach` does.
        var parent = new ProcessStartInfo(
            "/bin/sh",
            ["-c", $"exec 3>{root}/lock; exec \"$@\"", "sh", command.FileName, .. command.ArgumentList]
        )
        {
            WorkingDirectory = root,
        };
        parent.Environment["SHOP_LOG"] = command.Environment["SHOP_LOG"];
        using var process = Process.Start(parent)!;

        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        File.Exists(Path.Combine(root, "lock")).Should().BeTrue();
        File.ReadAllText(Path.Combine(root, "open")).Should().NotContain("/lock").And.Contain("child.log");
    }

    [Fact]
    public async Task A_command_is_not_reached_by_Ctrl_C_and_ends_when_it_is_cancelled()
    {
        var (_, stat) = await Launch.RunAsync(
            _shop.Script("command", "cat /proc/$$/stat"),
            TestContext.Current.CancellationToken
        );
        // After the name: state, parent, process group.
        stat.Split(' ')[4].Should().Be(stat.Split(' ')[0], "it leads its own process group");

        using var cancel = new CancellationTokenSource();
        var pids = Path.Combine(_shop.Folder.Root, "pids");
        var run = Launch.RunAsync(
            _shop.Script("command", "echo $$ > pids.new; mv pids.new pids; sleep 1000; true"),
            cancel.Token
        );
        await Wait.UntilAsync(() => File.Exists(pids), "the process has started");
        var command = ProcessIdentity.Of(
            int.Parse(
                await File.ReadAllTextAsync(pids, TestContext.Current.CancellationToken),
                CultureInfo.InvariantCulture
            )
        );
        await cancel.CancelAsync();

        await run.Invoking(r => r).Should().ThrowAsync<OperationCanceledException>();
        command.IsAlive.Should().BeFalse();
    }
}
