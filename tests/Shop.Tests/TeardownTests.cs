using DaprShop.Shop.Infrastructure;
using DaprShop.Shop.Processes;
using DaprShop.Shop.Supervision;

namespace DaprShop.Shop.Tests;

public sealed class TeardownTests : IDisposable
{
    private readonly TemporaryShop _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public async Task What_a_killed_supervisor_left_behind_is_ended_by_the_state_file()
    {
        var orphan = OwnedProcess.Start(_shop.Sleeper("orders"));
        Save(orphan.Identity);

        var ended = await Teardown.RunAsync(_shop.Folder);

        ended.Should().Be(1);
        orphan.Identity.IsAlive.Should().BeFalse();
        File.Exists(_shop.Folder.State).Should().BeFalse();
    }

    [Fact]
    public async Task A_pid_that_belongs_to_somebody_else_by_now_is_left_alone()
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
    public async Task What_was_started_but_not_written_down_is_found_by_its_log()
    {
        var stray = OwnedProcess.Start(_shop.Sleeper("orders"));

        (await Teardown.RunAsync(_shop.Folder)).Should().Be(1);

        stray.Identity.IsAlive.Should().BeFalse();
    }

    [Fact]
    public async Task The_lock_of_a_supervisor_that_was_killed_goes_and_one_that_is_held_stays()
    {
        File.WriteAllText(_shop.Folder.Lock, "");
        await Teardown.RunAsync(_shop.Folder);
        File.Exists(_shop.Folder.Lock).Should().BeFalse();

        using (StartLock.Take(_shop.Folder))
        {
            await Teardown.RunAsync(_shop.Folder);
            _shop
                .Folder.Invoking(StartLock.Take)
                .Should()
                .Throw<ShopException>()
                .WithMessage("*starting this shop at this moment*");
        }
        File.Exists(_shop.Folder.Lock).Should().BeFalse();
    }

    [Fact]
    public async Task Where_nothing_runs_nothing_is_ended() => (await Teardown.RunAsync(_shop.Folder)).Should().Be(0);

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
                        [new ProcessState("orders", orders, 5101, Signal.Terminate, "")]
                    ),
                ],
            }
        ).Save(_shop.Folder);
}
