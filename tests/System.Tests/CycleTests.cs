using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using DaprShop.TestKit;
using static DaprShop.SystemTests.ShopFixture;

namespace DaprShop.SystemTests;

/// <summary>Whoever starts a shop and ends it, or thinks better of it, finds the machine as it was before.</summary>
[Collection("one shop at a time")]
public sealed class CycleTests
{
    /// <summary>What the supervisor says it is doing while a shop starts, in this sequence.</summary>
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
    public async Task A_shop_that_was_ended_leaves_neither_a_process_nor_a_port_nor_a_lock(string runtime)
    {
        var cycles = runtime == "dapr" ? 1 : Slice.Current.Size("SHOP_CYCLES", part: 2, full: 3);
        await using var fixture = await OfAsync(runtime, null, null);
        for (var cycle = 1; ; cycle++)
        {
            await BecomesAsync(
                fixture.Alice,
                await IdAsync(await OrderAsync(fixture.Alice, await fixture.StockedAsync(1))),
                "confirmed"
            );
            await NamesItsProcessesAsync(fixture.Shop);
            var footprint = new Footprint(fixture.Shop);
            footprint
                .Pids.Should()
                .HaveCountGreaterThanOrEqualTo(8, "there are a supervisor, five apps, PostgreSQL and a runtime");
            await fixture.Shop.RunAsync("down");
            footprint.Left().Should().BeEmpty($"it was cycle {cycle}");
            if (cycle == cycles)
                return;
            await fixture.Shop.RunAsync("up", "--detach", "--runtime", runtime);
        }
    }

    [Theory]
    [InlineData]
    [InlineData("--detach")]
    public async Task Ctrl_C_at_any_moment_of_a_start_leaves_nothing_and_the_next_start_works(params string[] options)
    {
        await using var shop = new LiveShop();
        for (var phase = 0; phase < Phases.Length; phase++)
        {
            using var up = shop.StartInTerminal(["up", "--runtime", "embedded", .. options]);
            await Wait.UntilAsync(
                () => Task.FromResult(up.HasExited || Reached(shop) >= phase),
                $"the start comes to '{Phases[phase]}'"
            );
            up.HasExited.Should().BeFalse("the signal is to hit it while it starts");
            var footprint = new Footprint(shop);
            LiveShop.Interrupt(up);
            await Wait.UntilAsync(() => Task.FromResult(up.HasExited), "it ends");
            footprint.Left().Should().BeEmpty($"it was interrupted at '{Phases[phase]}'");
            up.ExitCode.Should().NotBe(1, "it did not fail, it was told to stop");
            shop.State().Should().BeNull("a shop that is down has none");
        }

        await shop.RunAsync("up", "--detach", "--runtime", "embedded");
        await shop.IsCleanAsync();
    }

    /// <summary>While the command itself still prepares: nothing waits for anything then.</summary>
    [Fact]
    public async Task Ctrl_C_before_there_is_a_supervisor_leaves_nothing_either()
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
            await Wait.UntilAsync(() => Task.FromResult(up.HasExited), "it ends");
            new Footprint(shop).Left().Should().BeEmpty();
            shop.State().Should().BeNull();
        }
    }

    [Theory]
    [InlineData("import", "sample")]
    [InlineData("bench", "reads")]
    [InlineData("bench", "hot-sku")]
    [InlineData("history", "rebuild")]
    public async Task Whoever_needs_a_shop_is_told_that_it_is_down(params string[] command)
    {
        await using var shop = new LiveShop();
        var (exitCode, _, errors) = await shop.TryAsync(command);
        exitCode.Should().NotBe(0);
        errors.Trim().Should().Be("The shop is down. `./shop up --detach` starts it.");
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named_with_its_holder_and_nothing_is_started()
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
