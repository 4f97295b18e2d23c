using DaprShop.Shop.Processes;
using DaprShop.Shop.Supervision;

namespace DaprShop.Shop.Tests;

public sealed class TeardownTests : IDisposable
{
    private readonly TemporaryShop _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public async Task Processes_in_the_state_file_of_a_killed_supervisor_are_stopped()
    {
        var orphan = OwnedProcess.Start(_shop.Sleeper("orders"));
        Save(orphan.Identity);

        var ended = await Teardown.RunAsync(_shop.Folder);

        ended.Should().Be(1);
        orphan.Identity.IsAlive.Should().BeFalse();
        File.Exists(_shop.Folder.State).Should().BeFalse();
    }

    [Fact]
    public async Task A_reused_pid_is_not_signalled()
    {
        await using var stranger = OwnedProcess.Start(
            _shop.Sleeper("stranger") with
            {
                LogFile = Path.Combine(_shop.Folder.Root, "elsewhere", "stranger.log"),
            }
        );
        Save(stranger.Identity with { Started = stranger.Identity.Started - 1 });

        await Teardown.RunAsync(_shop.Folder);

        stranger.IsAlive.Should().BeTrue();
    }

    [Fact]
    public async Task A_process_that_was_not_recorded_is_found_by_its_log()
    {
        var orphan = OwnedProcess.Start(_shop.Sleeper("orders"));

        (await Teardown.RunAsync(_shop.Folder)).Should().Be(1);

        orphan.Identity.IsAlive.Should().BeFalse();
    }

    [Fact]
    public async Task A_stale_lock_file_is_deleted_and_a_held_one_is_kept()
    {
        File.WriteAllText(_shop.Folder.Lock, "");
        await Teardown.RunAsync(_shop.Folder);
        File.Exists(_shop.Folder.Lock).Should().BeFalse();

        using (StartLock.Acquire(_shop.Folder))
        {
            await Teardown.RunAsync(_shop.Folder);
            _shop
                .Folder.Invoking(StartLock.Acquire)
                .Should()
                .Throw<ShopException>()
                .WithMessage("Another process is starting this shop*");
        }
        File.Exists(_shop.Folder.Lock).Should().BeFalse();
    }

    [Fact]
    public async Task Nothing_is_stopped_where_nothing_runs() => (await Teardown.RunAsync(_shop.Folder)).Should().Be(0);

    private void Save(ProcessIdentity orders) =>
        (
            _shop.State with
            {
                Units =
                [
                    new UnitState(
                        "orders",
                        UnitKind.App,
                        0,
                        [new ProcessState("orders", orders, 5101, ProcessSignal.Terminate, "")]
                    ),
                ],
            }
        ).Save(_shop.Folder);
}
