using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.TestKit;

namespace DaprShop.Inventory.Tests.Stock;

/// <summary>What one customer may have, over all orders.</summary>
public sealed class LimitTests
{
    [Theory]
    [InlineData(100)]
    [InlineData(1)]
    [InlineData(0)]
    public async Task G28_Of_ten_concurrent_orders_of_one_customer_as_many_succeed_as_the_limit_allows(int stock)
    {
        await using var db = await CreateAsync(stock);
        var outcomes = await Task.WhenAll(
            Enumerable.Range(0, 10).Select(_ => Task.Run(() => db.ReserveAsync(Order("carl"))))
        );
        outcomes.Count(o => o.State is ReservationState.Allocated or ReservationState.Backordered).Should().Be(2);
        outcomes
            .Where(o => o.State == ReservationState.LimitExceeded)
            .Should()
            .HaveCount(8)
            .And.OnlyContain(o => o.Shortages.Single().Available == 0);
        (await db.ReserveAsync(Order("dora"))).State.Should().NotBe(ReservationState.LimitExceeded);
    }

    [Fact]
    public async Task G28_Orders_in_one_group_count_each_other()
    {
        await using var db = await CreateAsync(100);
        var group = await db.RunAsync<ReserveResponse>(
            new ReserveCommand([Order("carl"), Order("carl"), Order("carl")])
        );
        group
            .Outcomes.Select(o => o.State)
            .Should()
            .Equal(ReservationState.Allocated, ReservationState.Allocated, ReservationState.LimitExceeded);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(0)]
    public async Task G28_A_release_gives_the_right_back_at_once(int stock)
    {
        await using var db = await CreateAsync(stock);
        var (first, second) = (Order("carl"), Order("carl"));
        await db.ReserveAsync(first);
        await db.ReserveAsync(second);
        var answers = await db.Writer()
            .CommitAsync(
                [new ReleaseCommand([first.OrderId]), new ReserveCommand([Order("carl"), Order("carl")])],
                TestContext.Current.CancellationToken
            );
        ((ReserveResponse)answers[1])
            .Outcomes.Select(o => o.State == ReservationState.LimitExceeded)
            .Should()
            .Equal([false, true], "in the same group");
        await db.ReleaseAsync(second.OrderId);
        (await db.ReserveAsync(Order("carl"))).State.Should().NotBe(ReservationState.LimitExceeded, "and later");
    }

    [Fact]
    public async Task G28_Holds_count_too_and_become_orders_within_the_limit()
    {
        await using var db = await CreateAsync(100);
        var holds = Enumerable.Range(0, 10).Select(_ => Guid.CreateVersion7()).ToList();
        var placed = await Task.WhenAll(
            holds.Select(id =>
                Task.Run(() =>
                    db.RunAsync<CommandOutcome>(
                        new PlaceHoldCommand(
                            id.ToString(),
                            [1],
                            id,
                            "carl",
                            [new("cup", 1)],
                            TimeProvider.System.GetUtcNow().AddHours(1),
                            "carl"
                        )
                    )
                )
            )
        );
        placed.Count(p => p.Refusal is null).Should().Be(2);
        placed
            .Where(p => p.Refusal is not null)
            .Should()
            .OnlyContain(p => p.Refusal!.Kind == RefusalKind.LimitExceeded);

        foreach (var (hold, _) in holds.Zip(placed).Where(h => h.Second.Refusal is null))
            (await db.ReserveAsync(Order("carl") with { HoldId = hold })).State.Should().Be(ReservationState.Allocated);
        (await db.ReserveAsync(Order("carl"))).State.Should().Be(ReservationState.LimitExceeded);
        (await db.NumberAsync("select allocated from levels")).Should().Be(2);
    }

    [Fact]
    public async Task G28_A_released_or_expired_hold_does_not_count_toward_the_limit()
    {
        await using var db = await CreateAsync(100);
        var hold = Guid.CreateVersion7();
        (await HoldAsync(hold, TimeProvider.System.GetUtcNow().AddHours(1))).Refusal.Should().BeNull();
        (await HoldAsync(Guid.CreateVersion7(), TimeProvider.System.GetUtcNow()))
            .Refusal!.Kind.Should()
            .Be(RefusalKind.LimitExceeded);
        await db.RunAsync<CommandOutcome>(new ReleaseHoldCommand("given back", [1], hold, "carl", "carl"));
        (await HoldAsync(Guid.CreateVersion7(), TimeProvider.System.GetUtcNow())).Refusal.Should().BeNull();
        (await HoldAsync(Guid.CreateVersion7(), TimeProvider.System.GetUtcNow().AddHours(1))).Refusal.Should().BeNull();

        Task<CommandOutcome> HoldAsync(Guid id, DateTimeOffset until) =>
            db.RunAsync<CommandOutcome>(
                new PlaceHoldCommand(id.ToString(), [1], id, "carl", [new("cup", 2)], until, "carl")
            );
    }

    [Fact]
    public async Task G28_Orders_holds_and_offers_less_what_came_back_are_one_sum()
    {
        await using var db = await CreateAsync(1);
        var soon = TimeProvider.System.GetUtcNow().AddHours(1);
        var (hold, bought) = (Guid.CreateVersion7(), Order("carl"));
        await db.RunAsync<CommandOutcome>(
            new PlaceHoldCommand("hold", [1], hold, "carl", [new("cup", 1)], soon, "carl")
        );
        (await db.ReserveAsync(bought)).State.Should().Be(ReservationState.Backordered);
        (await db.ReserveAsync(Order("carl"))).State.Should().Be(ReservationState.LimitExceeded, "one is held");
        (await JoinAsync("carl", 1)).Refusal!.Kind.Should().Be(RefusalKind.LimitExceeded);
        await db.RunAsync<CommandOutcome>(new ReleaseHoldCommand("given back", [1], hold, "carl", "carl"));
        (await JoinAsync("carl", 1)).Refusal.Should().BeNull();
        (await JoinAsync("dora", 2)).Refusal.Should().BeNull();
        await db.ReserveAsync(Order("carl"));
        await db.ReceiveAsync("cup", 9);
        (await OffersAsync()).Should().Be("dora2", "carl has bought two since");

        await db.RunAsync<CommandOutcome>(new ShipCommand("ship", [1], bought.OrderId, null, "olga"));
        var back = new ReturnedUnits("cup", 1, Disposition.Discard, "main");
        await db.RunAsync<CommandOutcome>(new ReturnCommand("back", [1], bought.OrderId, 1, [back], "olga"));

        (await OffersAsync()).Should().Be("carl1 dora2");
        (await db.ReserveAsync(Order("carl"))).State.Should().Be(ReservationState.LimitExceeded);

        Task<CommandOutcome> JoinAsync(string customer, int units) =>
            db.RunAsync<CommandOutcome>(
                new JoinWaitlistCommand(customer + units, [1], Guid.CreateVersion7(), "cup", customer, units)
            );

        Task<string?> OffersAsync() =>
            Sql.ScalarAsync<string>(
                db.Names.App,
                """
                select string_agg(h.customer || l.quantity, ' ' order by h.customer)
                from holds h join hold_lines l on l.hold_id = h.id where h.entry_id is not null and h.state = 'active'
                """
            );
    }

    [Fact]
    public async Task G28_What_an_order_has_used_of_a_hold_counts_once()
    {
        await using var db = await CreateAsync(9);
        await db.SetAsync("cup", "max_per_customer = 3");
        var hold = Guid.CreateVersion7();
        await db.RunAsync<CommandOutcome>(
            new PlaceHoldCommand(
                "hold",
                [1],
                hold,
                "carl",
                [new("cup", 2)],
                TimeProvider.System.GetUtcNow().AddHours(1),
                "carl"
            )
        );
        (await db.ReserveAsync(Order("carl") with { HoldId = hold })).State.Should().Be(ReservationState.Allocated);

        (await db.ReserveAsync(Order("carl"))).State.Should().Be(ReservationState.Allocated, "one used, one held");
        (await db.ReserveAsync(Order("carl"))).State.Should().Be(ReservationState.LimitExceeded);
    }

    private static ReserveOrder Order(string customer) => InventoryDatabase.Waiting("cup", 1, customer: customer);

    private static async Task<InventoryDatabase> CreateAsync(int stock)
    {
        var db = await InventoryDatabase.CreateAsync("cup");
        await db.SetAsync("cup", "max_per_customer = 2, backorder_limit = 100");
        if (stock > 0)
            await db.ReceiveAsync("cup", stock);
        return db;
    }
}
