using System.Diagnostics;
using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;

namespace DaprShop.Inventory.Tests.Stock;

/// <summary>
/// One delivery that fills a long queue. To measure again, with other lengths:
/// <c>LONG_QUEUE=1000,2000,4000,8000,10000</c> in the environment; the figures are in the test's output.
/// </summary>
public sealed class LongQueueTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Unhindered = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task S16_Ten_thousand_backorders_are_filled_by_one_delivery_in_five_seconds_of_CPU()
    {
        var lengths = Environment.GetEnvironmentVariable("LONG_QUEUE") ?? "10000";
        foreach (var length in lengths.Split(',').Select(int.Parse))
        {
            await using var db = await InventoryDatabase.CreateAsync("cup");
            await QueueAsync(db, length);
            await db.ReceiveAsync("cup", 1);

            var (cpu, clock) = (Cpu(), Stopwatch.StartNew());
            var outcome = await db.ReceiveAsync("cup", length - 1);
            var (used, took) = (Cpu() - cpu, clock.Elapsed);

            output.WriteLine($"{length} backorders: {used.TotalSeconds:F2} s of CPU, {took.TotalSeconds:F2} s");
            outcome.Refusal.Should().BeNull();
            (await db.NumberAsync("select count(*) from backorders where state = 'filled'")).Should().Be(length);
            (await db.NumberAsync("select allocated from levels")).Should().Be(length);
            used.Should().BeLessThan(TimeSpan.FromSeconds(5));
        }
    }

    [Fact]
    public async Task S16_While_a_delivery_waits_or_fills_its_queue_writes_of_other_SKUs_are_answered()
    {
        await using var db = await InventoryDatabase.CreateAsync("cup", "tea");
        await using var service = new ServiceHost<Program>(db.Names.App);
        var api = new Api(service.As(Identity.Operator, "olga"), db);
        await QueueAsync(db, 100);
        await using var rival = await Rival.BeginAsync(
            db.Names.Owner,
            "select from items where sku = 'cup' for update"
        );
        var delivery = api.DoAsync("stock/cup/receipts", new { quantity = 100, reason = "r" });
        await rival.IsWaitedForAsync();

        await api.DoAsync("stock/tea/receipts", new { quantity = 1, reason = "r" }).WaitAsync(Unhindered);
        (await api.ReserveAsync(("tea", 1)).WaitAsync(Unhindered)).State.Should().Be(ReservationState.Allocated);

        delivery.IsCompleted.Should().BeFalse();
        await rival.CommitAsync();
        await delivery;
        (await db.NumberAsync("select allocated from levels where sku = 'cup'")).Should().Be(100);
    }

    [Fact]
    public async Task S7_Ten_thousand_backorders_are_promised_anew_in_five_seconds_of_CPU()
    {
        const int length = 10_000;
        await using var db = await InventoryDatabase.CreateAsync("cup");
        await db.ReceiveAsync("cup", 1);
        await QueueAsync(db, length);
        var day = new DateTimeOffset(2031, 3, 1, 9, 0, 0, TimeSpan.Zero);
        await RunAsync(new OpenInboundCommand("o", [1], "d1", "main", null, day, [new("cup", length)], "olga", null));
        (await PromisedAsync()).Should().Be(length);

        await RunAsync(new CloseInboundCommand("c", [1], "d1", false, "olga", "bankrupt"));
        (await PromisedAsync()).Should().Be(0);

        Task<long> PromisedAsync() => db.NumberAsync("select count(promised_at) from backorders where state = 'open'");

        async Task RunAsync(StockCommand command)
        {
            var (cpu, clock) = (Cpu(), Stopwatch.StartNew());
            (await db.RunAsync<CommandOutcome>(command)).Refusal.Should().BeNull();
            var used = Cpu() - cpu;
            output.WriteLine($"{command.Name}: {used.TotalSeconds:F2} s of CPU, {clock.Elapsed.TotalSeconds:F2} s");
            used.Should().BeLessThan(TimeSpan.FromSeconds(5));
        }
    }

    private static TimeSpan Cpu()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }

    /// <summary>Orders that wait for one cup each, as their reservations have left them.</summary>
    private static async Task QueueAsync(InventoryDatabase db, int length)
    {
        await db.SetAsync("cup", $"backorder_limit = {length}");
        await Sql.ScalarAsync<object>(
            db.Names.App,
            $"""
            with orders as (
                select i, ('00000000-0000-7000-8000-' || lpad(i::text, 12, '0'))::uuid as id
                from generate_series(1, {length}) i),
            reserved as (
                insert into reservations (order_id, state, decided_at)
                select id, '{EnumNames.Of(ReservationState.Backordered)}', now() from orders)
            insert into backorders (order_id, sku, order_number, quantity, filled, state)
            select id, 'cup', i, 1, 0, 'open' from orders
            """
        );
    }
}
