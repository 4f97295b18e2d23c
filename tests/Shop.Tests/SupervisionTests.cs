using DaprShop.Shop.Processes;
using DaprShop.Shop.Supervision;
using DaprShop.TestKit;

namespace DaprShop.Shop.Tests;

public sealed class SupervisionTests : IDisposable
{
    private static readonly Dictionary<string, int> NoPorts = [];
    private readonly TemporaryShop _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public async Task When_one_process_of_a_unit_dies_all_are_restarted()
    {
        await using var supervisor = new Supervisor(_shop.Folder, _shop.State, TimeProvider.System);
        var unit = supervisor.Start(
            "orders",
            UnitKind.App,
            NoPorts,
            _shop.Sleeper("orders-sidecar"),
            _shop.Sleeper("orders")
        );
        await Wait.UntilAsync(() => unit.Processes.Count == 2, "both have started");
        var (sidecar, app) = (unit.Processes[0].Identity, unit.Processes[1].Identity);

        app.Send(ProcessSignal.Kill);

        await Wait.UntilAsync(
            () => unit.Restarts == 1 && unit.Processes.All(process => process.IsAlive),
            "both are restarted"
        );
        sidecar.IsAlive.Should().BeFalse();
        unit.Processes.Select(process => process.Pid).Should().NotContain([sidecar.Pid, app.Pid]);
        unit.LastFailure.Should().Be("orders ended");
    }

    [Fact]
    public async Task A_running_unit_is_restarted_on_request()
    {
        await using var supervisor = new Supervisor(_shop.Folder, _shop.State, TimeProvider.System);
        var unit = supervisor.Start("orders", UnitKind.App, NoPorts, _shop.Sleeper("orders"));
        await Wait.UntilAsync(() => unit.Processes.Count == 1, "the process has started");

        unit.RequestRestart("it is wedged");

        await Wait.UntilAsync(() => unit.Restarts == 1, "the unit is restarted");
        unit.LastFailure.Should().Be("it is wedged");
    }

    [Fact]
    public async Task Apps_are_stopped_before_sidecars_and_sidecars_before_infrastructure()
    {
        var supervisor = new Supervisor(_shop.Folder, _shop.State, TimeProvider.System);
        supervisor.Start("postgres", UnitKind.Infra, NoPorts, Recorder("postgres"));
        supervisor.Start("orders", UnitKind.App, NoPorts, Recorder("orders-sidecar"), Recorder("orders"));
        await Wait.UntilAsync(
            () =>
                File.Exists(Ready("postgres")) && File.Exists(Ready("orders")) && File.Exists(Ready("orders-sidecar")),
            "all have started"
        );

        await supervisor.DisposeAsync();

        File.ReadAllLines(Path.Combine(_shop.Folder.Root, "ended"))
            .Should()
            .Equal("orders", "orders-sidecar", "postgres");
        OrphanedProcesses.Find(_shop.Folder).Should().BeEmpty();
    }

    [Fact]
    public async Task A_process_that_ignores_the_stop_signal_is_killed()
    {
        var deaf = _shop.Script("deaf", "trap '' TERM; touch deaf.ready; while :; do sleep 0.05; done") with
        {
            Grace = TimeSpan.FromSeconds(0.5),
        };
        var process = OwnedProcess.Start(deaf);
        await Wait.UntilAsync(() => File.Exists(Ready("deaf")), "the process has started");

        await process.StopAsync();

        process.IsAlive.Should().BeFalse();
    }

    [Fact]
    public async Task Running_processes_are_recorded_with_their_pids()
    {
        await using var supervisor = new Supervisor(_shop.Folder, _shop.State, TimeProvider.System);
        var unit = supervisor.Start(
            "redis",
            UnitKind.Infra,
            new Dictionary<string, int> { ["redis"] = 6379 },
            _shop.Sleeper("redis")
        );
        await Wait.UntilAsync(() => unit.Processes.Count == 1, "the process has started");

        await Wait.UntilAsync(
            () => ShopState.Load(_shop.Folder) is { Units: [{ Processes.Count: 1 }] },
            "the process is recorded"
        );
        ShopState
            .Load(_shop.Folder)!
            .Units[0]
            .Processes[0]
            .Should()
            .BeEquivalentTo(
                new
                {
                    Name = "redis",
                    Port = 6379,
                    unit.Processes[0].Identity,
                }
            );
    }

    private ProcessSpec Recorder(string name) =>
        _shop.Script(
            name,
            $"trap 'echo {name} >> ended; exit 0' TERM; touch {name}.ready; while :; do sleep 0.05; done"
        );

    private string Ready(string name) => Path.Combine(_shop.Folder.Root, name + ".ready");
}
