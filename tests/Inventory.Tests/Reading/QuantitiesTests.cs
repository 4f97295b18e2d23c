using System.Text.Json;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Tests.Reading;

/// <summary>The six quantities as callers see them.</summary>
public sealed class QuantitiesTests(InventoryFixture fixture) : IClassFixture<InventoryFixture>
{
    private readonly Api _api = new(fixture.Service.As(Identity.Operator, "olga"), fixture.Database);

    [Fact]
    public async Task G01_All_six_quantities_are_returned_per_location_and_summed_and_agree_after_each_step()
    {
        var sku = await _api.ItemAsync();
        await ShowsAsync(0, 0, 0, 0, 0, 0);
        await _api.DoAsync($"stock/{sku}/receipts", new { quantity = 20, reason = "r" });
        await ShowsAsync(20, 0, 0, 0, 0, 20);
        await _api.DoAsync(
            $"stock/{sku}/receipts",
            new
            {
                quantity = 10,
                reason = "r",
                location = "north",
            }
        );
        await ShowsAsync(30, 0, 0, 0, 0, 30);
        await _api.DoAsync($"stock/{sku}/withholdings", new { quantity = 3, reason = "damaged" });
        await ShowsAsync(30, 3, 0, 0, 0, 27);
        var order = await _api.ReserveAsync((sku, 19));
        await ShowsAsync(30, 3, 19, 0, 0, 8);
        await fixture.Database.RunAsync<CommandOutcome>(
            new PlaceHoldCommand(
                Api.New(),
                [1],
                Guid.CreateVersion7(),
                "carl",
                [new(sku, 5)],
                TimeProvider.System.GetUtcNow().AddHours(1),
                "carl"
            )
        );
        await ShowsAsync(30, 3, 19, 5, 0, 3);
        await _api.DoAsync("inbounds", new { reference = Api.New(), lines = new[] { new { sku, quantity = 40 } } });
        await ShowsAsync(30, 3, 19, 5, 40, 3);
        await _api.DoAsync(
            "transfers",
            new
            {
                reference = Api.New(),
                from = "north",
                to = "south",
                reason = "r",
                lines = new[] { new { sku, quantity = 2 } },
            }
        );
        await ShowsAsync(28, 3, 19, 5, 42, 1);
        await _api.DoAsync("reservations/ship", new { key = Api.New(), orderId = order.OrderId });
        await ShowsAsync(9, 3, 0, 5, 42, 1);
        await _api.DoAsync(
            $"stock/{sku}/counts",
            new
            {
                counted = 6,
                expected = (long?)null,
                reason = "r",
                location = "north",
            }
        );
        (await _api.StockAsync(sku))
            .List("locations")
            .Select(l => l.Text("location"))
            .Should()
            .Equal("main", "north", "south");

        async Task ShowsAsync(params long[] total)
        {
            var stock = await _api.StockAsync(sku);
            var shown = stock.List("locations").Select(l => l.GetProperty("quantities")).Select(Six).ToList();
            Six(stock.GetProperty("total"))
                .Should()
                .Equal(total)
                .And.Equal(shown.Aggregate((a, b) => [.. a.Zip(b, (x, y) => x + y)]));
            shown.Should().OnlyContain(q => q[5] == q[0] - q[1] - q[2] - q[3], "I-01");
        }

        static long[] Six(System.Text.Json.JsonElement q) =>
            [
                q.Number("onHand"),
                q.Number("unavailable"),
                q.Number("allocated"),
                q.Number("held"),
                q.Number("incoming"),
                q.Number("available"),
            ];
    }

    [Fact]
    public async Task S9_A_location_that_is_short_takes_nothing_from_what_an_order_can_get_elsewhere()
    {
        var (sku, counted) = await ShortAsync();
        (counted.GetProperty("level").Number("available"), counted.GetProperty("level").Number("short"))
            .Should()
            .Be((0, 2));
        await ReceiveAsync(sku, 2, "b");

        var stock = await _api.StockAsync(sku);
        (stock.GetProperty("total").Number("available"), stock.GetProperty("total").Number("short"))
            .Should()
            .Be((2, 2));
        stock
            .List("locations")
            .Select(l => l.GetProperty("quantities"))
            .Select(q => (q.Number("available"), q.Number("short")))
            .Take(2)
            .Should()
            .Equal((0, 2), (2, 0));
        var now = TimeProvider.System.GetUtcNow().AddMinutes(1).ToString("O");
        (await _api.GetAsync($"stock/{sku}/at/{Uri.EscapeDataString(now)}"))
            .List("locations")
            .Select(l => (l.Number("available"), l.Number("short")))
            .Should()
            .Equal((0, 2), (2, 0));
        (await _api.ReserveAsync((sku, 2))).State.Should().Be(Contracts.ReservationState.Allocated);
    }

    [Fact]
    public async Task S18_A_threshold_raised_above_what_is_there_is_told_once()
    {
        var sku = await _api.StockedAsync(("main", 3));
        await ThresholdAsync(null);
        (await ToldAsync()).Should().Be(0);
        await ThresholdAsync(5);
        (await ToldAsync()).Should().Be(1);
        await ThresholdAsync(6);
        await _api.DoAsync($"stock/{sku}/adjustments", new { quantity = -1, reason = "broken" });
        (await ToldAsync()).Should().Be(1, "it was low before");
        await ThresholdAsync(1);
        await ThresholdAsync(2);
        (await ToldAsync()).Should().Be(2);

        var empty = await _api.ItemAsync(lowStockAt: 5);
        await _api.DoAsync($"stock/{empty}/receipts", new { quantity = 3, reason = "r" });
        (await ToldAsync(empty)).Should().Be(1, "fewer arrived than the threshold");

        async Task ThresholdAsync(int? lowStockAt) =>
            (await _api.SendAsync("PATCH", $"items/{sku}", new { lowStockAt })).Status.Should().Be(200);

        Task<long> ToldAsync(string? of = null) => ToldLowAsync(of ?? sku);
    }

    [Fact]
    public async Task S9_A_new_threshold_is_compared_with_what_an_order_can_get()
    {
        var (sku, _) = await ShortAsync();
        await ReceiveAsync(sku, 3, "b");
        await _api.SendAsync("PATCH", $"items/{sku}", new { lowStockAt = 2 });
        (await ToldLowAsync(sku)).Should().Be(0, "an order can get 3, although a is short of 2");

        var back = Api.New();
        (await _api.SendAsync("PUT", $"locations/{back}", new { sold = false })).Status.Should().Be(200);
        await ReceiveAsync(sku, 9, back);
        await _api.SendAsync("PATCH", $"items/{sku}", new { lowStockAt = 3 });
        (await ToldLowAsync(sku)).Should().Be(1, "orders get none of the units at a location that is not sold from");
    }

    /// <summary>
    /// An item of which five units are allocated at <c>a</c> and a count finds three, and that count's answer.
    /// </summary>
    private async Task<(string Sku, JsonElement Counted)> ShortAsync()
    {
        var sku = await _api.StockedAsync(("a", 5));
        await _api.ReserveAsync((sku, 5));
        var count = new
        {
            counted = 3,
            expected = (long?)null,
            reason = "r",
            location = "a",
            whenPromised = "accept",
        };
        return (sku, await _api.DoAsync($"stock/{sku}/counts", count));
    }

    private Task ReceiveAsync(string sku, int quantity, string location) =>
        _api.DoAsync(
            $"stock/{sku}/receipts",
            new
            {
                quantity,
                reason = "r",
                location,
            }
        );

    private Task<long> ToldLowAsync(string sku) =>
        fixture.Database.NumberAsync(
            $"select count(*) from events where type = '{Contracts.EventTypes.StockLow}' and subject = '{sku}'"
        );

    [Fact]
    public async Task No_more_is_withheld_than_is_available_and_no_more_put_back_than_is_withheld()
    {
        var sku = await _api.StockedAsync(("main", 5));
        await _api.DoAsync($"stock/{sku}/withholdings", new { quantity = 3, reason = "damaged" });
        var tooMany = await _api.SendAsync(
            "POST",
            $"stock/{sku}/withholdings",
            new { quantity = 3, reason = "damaged" }
        );
        (tooMany.Status, tooMany.Kind, tooMany.Body.List("items").Single().Number("available"))
            .Should()
            .Be((409, "out-of-stock", 2));
        var back = await _api.SendAsync(
            "POST",
            $"stock/{sku}/withholdings",
            new { quantity = -4, reason = "repaired" }
        );
        (back.Status, back.Kind, back.Body.Number("remaining")).Should().Be((409, "too-many-units", 3));
        (await _api.DoAsync($"stock/{sku}/withholdings", new { quantity = -3, reason = "repaired" }))
            .List("levels")
            .Single()
            .Number("available")
            .Should()
            .Be(5);
    }

    [Theory]
    [InlineData(0, "r", null)]
    [InlineData(1, "", null)]
    [InlineData(1, "r", "")]
    [InlineData(10_000_001, "r", null)]
    [InlineData(-10_000_001, "r", null)]
    public async Task A_withholding_that_is_not_possible_is_rejected_with_the_reason(
        int quantity,
        string reason,
        string? location
    ) => (
            await _api.SendAsync(
                "POST",
                "stock/cup/withholdings",
                new
                {
                    quantity,
                    reason,
                    location,
                }
            )
        ).Kind.Should().Be("invalid");
}
