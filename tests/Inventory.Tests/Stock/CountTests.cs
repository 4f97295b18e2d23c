using DaprShop.Contracts;
using DaprShop.Inventory.Stock;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Tests.Stock;

/// <summary>Counting what is there, while it is promised.</summary>
public sealed class CountTests(InventoryFixture fixture) : IClassFixture<InventoryFixture>
{
    private readonly Api _api = new(fixture.Service.As(Identity.Operator, "olga"), fixture.Database);

    [Fact]
    public async Task G09_A_count_of_stock_that_has_changed_meanwhile_is_refused_with_what_is_there_now()
    {
        var sku = await _api.StockedAsync(("main", 10));
        await _api.DoAsync($"stock/{sku}/adjustments", new { quantity = -1, reason = "broken" });
        var stale = await CountAsync(sku, 9, expected: 10);
        (stale.Status, stale.Kind, stale.Body.Number("current")).Should().Be((409, "on-hand-changed", 9));
        (await CountAsync(sku, 8, expected: 9)).Body.Number("difference").Should().Be(-1);
        (await CountAsync(sku, 12, expected: null))
            .Body.Number("difference")
            .Should()
            .Be(4, "without an expected number, the count is compared with on-hand");
        (await CountAsync(sku, 12, expected: 12)).Body.Number("difference").Should().Be(0);
        (
            await fixture.Database.NumberAsync(
                $"select count(*) from movements where sku = '{sku}' and kind = 'adjusted'"
            )
        )
            .Should()
            .Be(3);
    }

    [Fact]
    public async Task S12_A_level_of_more_units_than_an_int_can_hold_is_counted_to_nothing_and_its_ledger_is_read()
    {
        var sku = await _api.StockedAsync(("main", 10));
        var up = await CountAsync(sku, 2_160_000_000, expected: null);
        up.Status.Should().Be(200, up.Text);
        var down = await CountAsync(sku, 0, expected: 2_160_000_000);
        (down.Status, down.Body.Number("difference")).Should().Be((200, -2_160_000_000));
        (await _api.GetAsync($"stock/{sku}/movements"))
            .List("movements")
            .Select(m => m.Number("quantity"))
            .Should()
            .Equal(-2_160_000_000, 2_159_999_990, 10);
        var tooMany = await CountAsync(sku, 1_000_000_000_000_001, expected: null);
        (tooMany.Status, tooMany.Text)
            .Should()
            .Match<(int S, string T)>(r => r.S == 422 && r.T.Contains("A count must be 0 to 1000000000000000."));
    }

    [Fact]
    public async Task G09_Of_two_counts_that_expect_the_same_one_is_done()
    {
        var sku = await _api.StockedAsync(("main", 10));
        var replies = await Task.WhenAll(CountAsync(sku, 7, 10), CountAsync(sku, 8, 10), CountAsync(sku, 9, 10));
        replies.Select(r => r.Status).Order().Should().Equal(200, 409, 409);
    }

    [Fact]
    public async Task G09_To_leave_out_what_is_expected_is_refused_since_null_says_it_on_purpose() =>
        (await _api.SendAsync("POST", "stock/cup/counts", new { counted = 1, reason = "r" })).Status.Should().Be(400);

    [Theory]
    [InlineData(-1)]
    [InlineData(4)]
    public async Task S8_A_count_with_more_units_set_aside_than_counted_is_rejected(int unavailable)
    {
        var body = new
        {
            counted = 3,
            expected = (long?)null,
            unavailable,
            reason = "r",
        };
        var reply = await _api.SendAsync("POST", "stock/cup/counts", body);
        (reply.Status, reply.Text.Contains("a part of the counted ones")).Should().Be((422, true), reply.Text);
    }

    [Theory]
    [InlineData(-1, "r", "refuse")]
    [InlineData(1, "", "refuse")]
    [InlineData(1, "r", "shrug")]
    public async Task A_count_that_is_not_possible_is_rejected_with_the_reason(
        int counted,
        string reason,
        string whenPromised
    ) => (
            await _api.SendAsync(
                "POST",
                "stock/cup/counts",
                new
                {
                    counted,
                    expected = (long?)null,
                    reason,
                    whenPromised,
                }
            )
        ).Kind.Should().Be("invalid");

    [Fact]
    public async Task G20_A_count_below_what_is_promised_is_refused_or_names_the_orders_left_short_and_receipts_cover_them_first()
    {
        var sku = await _api.StockedAsync(("main", 10));
        var early = (await _api.ReserveAsync((sku, 3))).OrderId;
        var late = (await _api.ReserveAsync((sku, 4))).OrderId;

        var refused = await CountAsync(sku, 5, 10);
        (refused.Status, refused.Kind).Should().Be((409, "out-of-stock"));
        (await LevelAsync(sku)).Should().Be((10, 7, 0));

        var counted = (await CountAsync(sku, 5, 10, "accept")).Body;
        counted
            .List("shortages")
            .Select(s => (s.GetProperty("orderId").GetGuid(), s.Number("quantity")))
            .Should()
            .Equal((late, 2));
        (counted.Number("difference"), counted.GetProperty("level").Number("short")).Should().Be((-5, 2));
        (await LevelAsync(sku)).Should().Be((5, 7, 2));
        (
            await fixture.Database.NumberAsync(
                $"select count(*) from events where type = 'stock.shortfall.v1' and subject = '{sku}' and (data->>'missing')::int = 2 and data->'orders'->>0 = '{late}'"
            )
        )
            .Should()
            .Be(1);
        (await _api.ReserveAsync((sku, 1)))
            .State.Should()
            .Be(ReservationState.OutOfStock, "I-06: short units are not sold");

        (await CountAsync(sku, 6, 5))
            .Body.List("shortages")
            .Select(s => (s.GetProperty("orderId").GetGuid(), s.Number("quantity")))
            .Should()
            .Equal([(late, 1L)], "S15: whoever counts a level that is short already is told whose units are missing");
        await CountAsync(sku, 5, 6, "accept");
        var hold = await _api.StockedAsync(("main", 5));
        var id = Guid.CreateVersion7();
        await fixture.Database.RunAsync<CommandOutcome>(
            new PlaceHoldCommand(
                Api.New(),
                [1],
                id,
                "carl",
                [new(hold, 5)],
                TimeProvider.System.GetUtcNow().AddHours(1)
            )
        );
        (await CountAsync(hold, 2, 5, "accept"))
            .Body.List("holds")
            .Select(h => (h.GetProperty("holdId").GetGuid(), h.Text("customer"), h.Number("quantity")))
            .Should()
            .Equal((id, "carl", 3L));

        await _api.DoAsync("reservations/ship", new { key = Api.New(), orderId = early });
        var missing = await _api.SendAsync("POST", "reservations/ship", new { key = Api.New(), orderId = late });
        (missing.Status, missing.Body.GetProperty("refused").GetString())
            .Should()
            .Be((200, $"Only 2 of 4 units of '{sku}' are at 'main': a count found fewer than are promised."));

        await _api.DoAsync($"stock/{sku}/receipts", new { quantity = 1, reason = "r" });
        (await LevelAsync(sku)).Should().Be((3, 4, 1));
        (await _api.ReserveAsync((sku, 1)))
            .State.Should()
            .Be(ReservationState.OutOfStock, "the new unit is the late order's");
        await _api.DoAsync($"stock/{sku}/receipts", new { quantity = 3, reason = "r" });
        (await LevelAsync(sku)).Should().Be((6, 4, 0));
        (await _api.ReserveAsync((sku, 2))).State.Should().Be(ReservationState.Allocated);
        await _api.DoAsync("reservations/ship", new { key = Api.New(), orderId = late });
    }

    private async Task<(long OnHand, long Allocated, long Short)> LevelAsync(string sku) =>
        (
            await fixture.Database.NumberAsync($"select on_hand from levels where sku = '{sku}'"),
            await fixture.Database.NumberAsync($"select allocated from levels where sku = '{sku}'"),
            await fixture.Database.NumberAsync($"select short from levels where sku = '{sku}'")
        );

    [Fact]
    public async Task S15_Operators_see_where_promised_units_are_missing_and_whose_they_are()
    {
        var sku = await _api.StockedAsync(("main", 5));
        var (older, newer) = (await _api.ReserveAsync((sku, 2)), await _api.ReserveAsync((sku, 3)));
        await CountAsync(sku, 1, 5, "accept");
        var listed = (await _api.GetAsync("ops/shortages")).List("items").Single(i => i.Text("sku") == sku);
        (listed.Text("location"), listed.Number("missing")).Should().Be(("main", 4));
        listed
            .List("orders")
            .Select(o => (o.Text("orderId"), o.Number("quantity")))
            .Should()
            .Equal(($"{newer.OrderId}", 3), ($"{older.OrderId}", 1));

        await _api.DoAsync($"stock/{sku}/receipts", new { quantity = 4, reason = "found" });
        (await _api.GetAsync("ops/shortages")).List("items").Should().NotContain(i => i.Text("sku") == sku);
    }

    [Fact]
    public async Task S15_Operators_see_the_holds_whose_units_are_missing_too()
    {
        var sku = await _api.StockedAsync(("main", 5));
        var order = await _api.ReserveAsync((sku, 2));
        var hold = Guid.CreateVersion7();
        await fixture.Database.RunAsync<CommandOutcome>(
            new PlaceHoldCommand(
                Api.New(),
                [1],
                hold,
                "carl",
                [new(sku, 3)],
                TimeProvider.System.GetUtcNow().AddHours(1)
            )
        );
        await CountAsync(sku, 1, 5, "accept");

        var shortages = await _api.GetAsync("ops/shortages");
        var listed = shortages.List("items").Single(i => i.Text("sku") == sku);
        listed
            .List("holds")
            .Select(h => (h.GetProperty("holdId").GetGuid(), h.Text("customer"), h.Number("quantity")))
            .Should()
            .Equal((hold, "carl", 3));
        listed
            .List("orders")
            .Select(o => (o.GetProperty("orderId").GetGuid(), o.Number("quantity")))
            .Should()
            .Equal((order.OrderId, 1));
        shortages.Number("total").Should().Be(shortages.List("items").Count());
    }

    private Task<Reply> CountAsync(string sku, long counted, long? expected, string whenPromised = "refuse") =>
        _api.SendAsync(
            "POST",
            $"stock/{sku}/counts",
            new
            {
                counted,
                expected,
                reason = "stocktake",
                whenPromised,
            }
        );
}
