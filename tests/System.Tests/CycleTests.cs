using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using DaprShop.TestKit;
using static DaprShop.SystemTests.ShopFixture;

namespace DaprShop.SystemTests;

/// <summary>Stopping a shop, or interrupting its start, leaves the machine as it was.</summary>
[Collection("one shop at a time")]
public sealed class CycleTests
{
    /// <summary>The phases of a start that the supervisor reports, in this sequence.</summary>
    private static readonly string[] Phases =
    [
        "starting",
        "creating roles",
        "migrating",
        "starting the apps",
        "waiting for",
    ];

    [Theory]
    [InlineData("embedded")]
    [InlineData("dapr")]
    public async Task A_stopped_shop_leaves_no_process_port_or_lock(string runtime)
    {
        var cycles = runtime == "dapr" ? 1 : Slice.Current.Size("SHOP_CYCLES", part: 2, full: 3);
        await using var fixture = await OfAsync(runtime, null, null);
        for (var cycle = 1; ; cycle++)
        {
            await WaitForStatusAsync(
                fixture.Alice,
                await IdAsync(await OrderAsync(fixture.Alice, await fixture.CreateItemAsync(1))),
                "confirmed"
            );
            await NamesItsProcessesAsync(fixture.Shop);
            var footprint = new Footprint(fixture.Shop);
            footprint
                .Pids.Should()
                .HaveCountGreaterThanOrEqualTo(8, "a supervisor, five apps, PostgreSQL and a runtime run");
            await fixture.Shop.RunAsync("down");
            footprint.Left().Should().BeEmpty($"it was cycle {cycle}");
            if (cycle == cycles)
                return;
            await fixture.Shop.RunAsync("up", "--detach", "--runtime", runtime);
        }
    }

    [Fact]
    public async Task Ctrl_C_in_any_phase_of_a_start_leaves_nothing_and_the_next_start_works()
    {
        await using var shop = new LiveShop();
        foreach (var (phase, detached) in Interruptions())
        {
            using var up = shop.StartInTerminal([
                "up",
                "--runtime",
                "embedded",
                .. detached ? ["--detach"] : Array.Empty<string>(),
            ]);
            await Wait.UntilAsync(
                () => Task.FromResult(up.HasExited || Reached(shop) >= phase),
                $"the start reaches '{Phases[phase]}'"
            );
            up.HasExited.Should().BeFalse("the signal must arrive during the start");
            var footprint = new Footprint(shop);
            LiveShop.Interrupt(up);
            await Wait.UntilAsync(() => Task.FromResult(up.HasExited), "the command ends");
            footprint.Left().Should().BeEmpty($"it was interrupted at '{Phases[phase]}'");
            up.ExitCode.Should().NotBe(1, "it was interrupted, it did not fail");
            shop.State().Should().BeNull("a shop that is down has no state file");
        }

        await shop.RunAsync("up", "--detach", "--runtime", "embedded");
        await shop.AuditAsync();
    }

    /// <summary>The signal arrives while the command prepares the start.</summary>
    [Fact]
    public async Task Ctrl_C_before_the_supervisor_runs_leaves_nothing()
    {
        for (var attempt = 0; attempt < 5; attempt++)
        {
            await using var shop = new LiveShop();
            using var up = shop.StartInTerminal("up", "--runtime", "embedded");
            SpinWait
                .SpinUntil(() => File.Exists(shop.PathOf(".shop/lock")), TimeSpan.FromSeconds(30))
                .Should()
                .BeTrue();
            LiveShop.Interrupt(up);
            await Wait.UntilAsync(() => Task.FromResult(up.HasExited), "the command ends");
            new Footprint(shop).Left().Should().BeEmpty();
            shop.State().Should().BeNull();
        }
    }

    [Theory]
    [InlineData("import", "sample")]
    [InlineData("bench", "latency")]
    [InlineData("bench", "reads")]
    [InlineData("bench", "hot-sku")]
    [InlineData("history", "rebuild")]
    public async Task A_command_that_needs_a_running_shop_reports_that_it_is_down(params string[] command)
    {
        await using var shop = new LiveShop();
        var (exitCode, _, errors) = await shop.TryAsync(command);
        exitCode.Should().NotBe(0);
        errors.Trim().Should().Be("The shop is down. `./shop up --detach` starts it.");
    }

    [Fact]
    public async Task A_taken_port_is_reported_with_its_process_and_nothing_starts()
    {
        await using var shop = new LiveShop();
        using var holder = new TcpListener(IPAddress.Loopback, 8080);
        holder.Start();
        var (exitCode, _, errors) = await shop.TryAsync("up", "--detach", "--runtime", "embedded");
        using var me = Process.GetCurrentProcess();
        exitCode.Should().Be(1);
        errors
            .Should()
            .MatchRegex($@"8080 \(.+\) is used by .+ \(pid {me.Id}\)")
            .And.Contain(File.ReadAllText("/proc/self/comm").Trim());
        holder.Stop();
        new Footprint(shop).Left().Should().BeEmpty();
    }

    /// <summary>
    /// Each phase with and without `--detach`; a slice has one of the two, alternating by phase and day.
    /// </summary>
    private static List<(int Phase, bool Detached)> Interruptions()
    {
        List<(int Phase, bool Detached)> all =
        [
            .. Enumerable.Range(0, Phases.Length).SelectMany(phase => new[] { (phase, false), (phase, true) }),
        ];
        if (Slice.Current.IsFull)
            return all;
        all.RemoveAll(i => i.Detached == ((i.Phase + Slice.Current.Day) % 2 == 0));
        Slice.Current.Say("Ctrl-C", string.Join("; ", all.Select(i => $"{Phases[i.Phase]}, detached: {i.Detached}")));
        return all;
    }

    private static async Task NamesItsProcessesAsync(LiveShop shop)
    {
        using var status = JsonDocument.Parse(await shop.RunAsync("status", "--json"));
        var orders = status
            .RootElement.GetProperty("apps")
            .EnumerateArray()
            .Single(app => app.GetProperty("id").GetString() == "orders");
        orders.GetProperty("appPid").GetInt32().Should().Be(await shop.PidAsync("orders"));
        if (orders.GetProperty("daprdPid").ValueKind != JsonValueKind.Null)
            orders.GetProperty("daprdPid").GetInt32().Should().Be(await shop.PidAsync("orders/daprd"));
    }

    private static int Reached(LiveShop shop) =>
        shop.State() is { } state
            ? Array.FindLastIndex(Phases, phase =>
                state.GetProperty("phase").GetString()!.StartsWith(phase, StringComparison.Ordinal)
            )
            : -1;
}
