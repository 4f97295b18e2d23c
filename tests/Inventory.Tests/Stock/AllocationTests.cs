using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;

namespace DaprShop.Inventory.Tests.Stock;

/// <summary>Which orders get which units, from where.</summary>
public sealed class AllocationTests(InventoryFixture fixture) : IClassFixture<InventoryFixture>
{
    private readonly Api _api = new(fixture.Service.As(Identity.Operator, "olga"), fixture.Database);

    [Fact]
    public async Task G06_G14_An_order_whose_third_line_is_short_reserves_nothing_and_gets_its_shortages()
    {
        var (cup, tea, pot) = (
            await _api.StockedAsync(("main", 5)),
            await _api.StockedAsync(("main", 5)),
            await _api.StockedAsync(("main", 1))
        );
        var refused = await _api.ReserveAsync((cup, 2), (tea, 2), (pot, 3));
        (refused.State, refused.Shortages.Single()).Should().Be((ReservationState.OutOfStock, new Shortage(pot, 3, 1)));
        (
            await fixture.Database.NumberAsync(
                $"select sum(allocated + held)::bigint from levels where sku in ('{cup}', '{tea}', '{pot}')"
            )
        )
            .Should()
            .Be(0);
        (await fixture.Database.NumberAsync($"select count(*) from allocations where order_id = '{refused.OrderId}'"))
            .Should()
            .Be(0);
        (
            await fixture.Database.NumberAsync(
                $"select count(*) from events where type = 'stock.refused.v1' and subject = '{refused.OrderId}'"
            )
        )
            .Should()
            .Be(1);
    }

    [Fact]
    public async Task An_order_is_shipped_from_another_location_once_its_allocation_was_moved_there()
    {
        var sku = await _api.StockedAsync(("main", 5));
        var order = (await _api.ReserveAsync((sku, 5))).OrderId;
        await _api.DoAsync(
            $"stock/{sku}/receipts",
            new
            {
                quantity = 4,
                reason = "r",
                location = "north",
            }
        );
        var count = new
        {
            counted = 3,
            expected = 5,
            reason = "stocktake",
            whenPromised = "accept",
        };
        await _api.DoAsync($"stock/{sku}/counts", count);
        (await ShipAsync()).Text("refused").Should().StartWith("Only 3 of 5 units");

        var move = new
        {
            orderId = order,
            sku,
            from = "main",
            to = "north",
            quantity = 2,
            reason = "two are lost",
        };
        var (key, again) = (Api.New(), Api.New());
        var moved = await _api.SendAsync("POST", "stock/allocations/moves", move, key);
        moved.Status.Should().Be(200, moved.Text);
        (await _api.SendAsync("POST", "stock/allocations/moves", move, key))
            .Should()
            .BeEquivalentTo(
                new
                {
                    Status = 200,
                    moved.Text,
                    Replayed = true,
                },
                o => o.ExcludingMissingMembers()
            );
        (await _api.SendAsync("POST", "stock/allocations/moves", move with { quantity = 1 }, again))
            .Status.Should()
            .Be(200);
        await _api.DoAsync("stock/allocations/moves", move with { quantity = 1, from = "north", to = "main" });
        await _api.DoAsync("stock/allocations/moves", move with { quantity = 1 });
        (await _api.SendAsync("POST", "stock/allocations/moves", move with { quantity = 3 }))
            .Kind.Should()
            .Be("too-many-units");
        (await _api.SendAsync("POST", "stock/allocations/moves", move with { to = "main" })).Status.Should().Be(422);

        (await ShipAsync()).GetProperty("refused").ValueKind.Should().Be(System.Text.Json.JsonValueKind.Null);
        (await _api.GetAsync($"stock/{sku}/movements?kind=reallocated"))
            .List("movements")
            .Sum(m => m.Number("quantity"))
            .Should()
            .Be(0);
        (await fixture.Database.NumberAsync($"select sum(allocated)::bigint from levels where sku = '{sku}'"))
            .Should()
            .Be(0);

        Task<System.Text.Json.JsonElement> ShipAsync() =>
            _api.DoAsync("reservations/ship", new { key = Api.New(), orderId = order });
    }

    [Fact]
    public async Task G06_Sixty_four_writers_of_orders_and_receipts_over_random_SKUs_never_deadlock()
    {
        string[] skus = [.. Enumerable.Range(0, 20).Select(i => $"sku{i:00}")];
        await using var db = await InventoryDatabase.CreateAsync(skus);
        foreach (var sku in skus)
            await db.ReceiveAsync(sku, 100_000);
        var random = new Random(11);
        var operations = Enumerable
            .Range(0, 2_000)
            .Select(i =>
            {
                random.Shuffle(skus);
                return (Receipt: i % 5 == 0, Skus: skus[..3], Location: $"place{random.Next(4)}");
            })
            .ToList();

        // An exception of any of them, a deadlock's too, fails the test.
        await Parallel.ForEachAsync(
            operations,
            new ParallelOptions { MaxDegreeOfParallelism = 64 },
            async (operation, _) =>
            {
                if (operation.Receipt)
                    (await db.RunAsync<CommandOutcome>(At(operation.Location, operation.Skus)))
                        .Refusal.Should()
                        .BeNull();
                else
                    (await db.ReserveAsync(Guid.CreateVersion7(), [.. operation.Skus.Select(s => (s, 1))]))
                        .State.Should()
                        .Be(ReservationState.Allocated);
            }
        );

        (await db.NumberAsync("select sum(allocated)::bigint from levels")).Should().Be(1_600 * 3);
        (await db.NumberAsync("select sum(on_hand)::bigint from levels")).Should().Be(20 * 100_000 + 400 * 3);
    }

    [Theory]
    [InlineData(ShortagePolicy.Backorder)]
    [InlineData(ShortagePolicy.Reject)]
    public async Task G07_An_order_that_waited_for_a_delivery_to_a_new_location_gets_its_units(
        ShortagePolicy onShortage
    )
    {
        await using var db = await InventoryDatabase.CreateAsync("cup");
        await db.SetAsync("cup", "backorder_limit = 5");
        await db.ReceiveAsync("cup", 1);
        (await db.ReserveAsync(Guid.CreateVersion7(), ("cup", 1))).State.Should().Be(ReservationState.Allocated);
        var receiving = new PausedCommit();
        var receipt = db.Writer(failpoints: receiving).CommitAsync([At("early", "cup")], CancellationToken.None);
        await receiving.Reached;

        var ordering = db.ReserveAsync(
            new ReserveOrder(Guid.CreateVersion7(), [new("cup", 1)], OnShortage: onShortage)
        );
        await Rival.IsAnyWaitingAsync(db.Names.Owner);
        receiving.Continue();
        await receipt;
        (await ordering).State.Should().Be(ReservationState.Allocated);
        (await db.NumberAsync("select allocated from levels where location = 'early'")).Should().Be(1);
    }

    [Fact]
    public async Task G06_Two_writers_of_one_SKU_at_locations_that_are_new_take_turns()
    {
        await using var db = await InventoryDatabase.CreateAsync("cup");
        var first = new PausedCommit();
        var receipt = db.Writer(failpoints: first).CommitAsync([At("early", "cup")], CancellationToken.None);
        await first.Reached;

        var same = db.RunAsync<CommandOutcome>(At("early", "cup"));
        var other = db.RunAsync<CommandOutcome>(At("east", "cup"));
        await Rival.IsAnyWaitingAsync(db.Names.Owner, sessions: 2);
        first.Continue();
        await receipt;
        (await same).Refusal.Should().BeNull();
        (await other).Refusal.Should().BeNull();
        (await db.NumberAsync("select sequence from levels where location = 'early'")).Should().Be(2);
    }

    [Fact]
    public async Task G07_Two_lines_of_one_SKU_with_one_unit_are_rejected()
    {
        var sku = await _api.StockedAsync(("main", 1));
        (await _api.ReserveAsync((sku, 1), (sku, 1))).Shortages.Should().Equal(new Shortage(sku, 2, 1));
    }

    [Fact]
    public async Task G07_Two_lines_of_one_SKU_that_may_wait_are_one_unit_now_and_one_on_backorder()
    {
        await using var db = await InventoryDatabase.CreateAsync("cup");
        await db.SetAsync("cup", "backorder_limit = 5");
        await db.ReceiveAsync("cup", 1);
        var outcome = await db.ReserveAsync(
            new ReserveOrder(
                Guid.CreateVersion7(),
                [new("cup", 1), new("cup", 1)],
                OnShortage: ShortagePolicy.Backorder
            )
        );
        outcome.State.Should().Be(ReservationState.Backordered);
        (await db.NumberAsync("select allocated from levels")).Should().Be(1);
        (await db.NumberAsync("select quantity::bigint from backorders")).Should().Be(1);
    }

    [Fact]
    public async Task G18_Ten_units_over_six_and_eight_are_six_and_four_by_the_priority_of_the_locations()
    {
        await _api.SendAsync("PUT", "locations/zurich", new { priority = 1 });
        await _api.SendAsync("PUT", "locations/aarau", new { priority = 2 });
        var sku = await _api.StockedAsync(("aarau", 8), ("zurich", 6));
        (await _api.ReserveAsync((sku, 10))).State.Should().Be(ReservationState.Allocated);
        (await AllocatedAsync(sku)).Should().Be("aarau 4, zurich 6");
    }

    [Theory]
    [InlineData("FewestShipments", "c 10")]
    [InlineData("priority", "a 6, b 4")]
    public async Task G18_The_shop_chooses_how_orders_are_split(string sourcing, string expected)
    {
        await using var service = new ServiceHost<Program>(fixture.Database.Names.App, ("Stock:Sourcing", sourcing));
        var api = new Api(service.As(Identity.Operator, "olga"), fixture.Database);
        var sku = await api.StockedAsync(("a", 6), ("b", 8), ("c", 10));
        await api.ReserveAsync((sku, 10));
        (await AllocatedAsync(sku)).Should().Be(expected);
    }

    [Theory]
    [InlineData("Stock:Sourcing", "Nearest", "Priority or FewestShipments")]
    [InlineData("Stock:Sourcing", "1", "Priority or FewestShipments")]
    [InlineData("Stock:OfferMinutes", "soon", "'soon'")]
    [InlineData("Stock:OfferMinutes", "0", "more than 0 and at most 10080")]
    public async Task An_invalid_setting_stops_the_service_at_its_start_and_the_error_says_what_is_allowed(
        string key,
        string value,
        string allowed
    )
    {
        var written = await ServiceProcess.FailsToStartAsync<Program>(fixture.Database.Names.App, (key, value));
        written.Should().ContainAll([key, allowed]);
    }

    [Fact]
    public async Task G19_Fifty_units_received_during_a_burst_of_orders_are_sold_and_not_one_more()
    {
        await using var db = await InventoryDatabase.CreateAsync("cup");
        await db.ReceiveAsync("cup", 30);
        var early = Buyers(100);
        await db.ReceiveAsync("cup", 50);
        var outcomes = await Task.WhenAll([.. early, .. Buyers(100)]);
        outcomes.Count(o => o.State == ReservationState.Allocated).Should().Be(80);
        (await db.NumberAsync("select allocated from levels")).Should().Be(80);

        List<Task<ReserveOutcome>> Buyers(int count) =>
            [
                .. Enumerable
                    .Range(0, count)
                    .Select(_ => Task.Run(() => db.ReserveAsync(Guid.CreateVersion7(), ("cup", 1)))),
            ];
    }

    private static BookCommand At(string location, params string[] skus)
    {
        var key = Api.New();
        return new BookCommand(
            key,
            [1],
            MovementKind.Received,
            key,
            "olga",
            "r",
            [.. skus.Select(s => new StockLine(s, location, 1))]
        );
    }

    private async Task<string?> AllocatedAsync(string sku) =>
        await Sql.ScalarAsync<string>(
            fixture.Database.Names.App,
            $"select string_agg(location || ' ' || quantity, ', ' order by location) from allocations where sku = '{sku}'"
        );
}
