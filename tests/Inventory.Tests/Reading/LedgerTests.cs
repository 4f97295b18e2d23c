using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;

namespace DaprShop.Inventory.Tests.Reading;

/// <summary>The ledger: every movement, for ever, and how it is read.</summary>
public sealed class LedgerTests(InventoryFixture fixture) : IClassFixture<InventoryFixture>
{
    private readonly HttpClient _olga = fixture.Service.As(Identity.Operator, "olga");

    private Api Api => new(_olga, fixture.Database);

    [Theory]
    [InlineData("movements", "quantity = 1")]
    [InlineData("allocations", "quantity = 1")]
    [InlineData("shipments", "quantity = 1")]
    [InlineData("hold_lines", "quantity = 1")]
    [InlineData("events", "version = 2")]
    [InlineData("idempotency_keys", "response = '{}'")]
    [InlineData("holds", null)]
    [InlineData("backorders", null)]
    [InlineData("waitlist", null)]
    [InlineData("inbounds", null)]
    [InlineData("inbound_lines", null)]
    [InlineData("reservations", null)]
    [InlineData("levels", null)]
    public async Task G11_The_service_itself_may_take_nothing_back(string table, string? change)
    {
        (await Sql.IsForbiddenAsync(fixture.Database.Names.App, $"delete from {table}")).Should().BeTrue();
        if (change is not null)
            (await Sql.IsForbiddenAsync(fixture.Database.Names.App, $"update {table} set {change}")).Should().BeTrue();
    }

    [Fact]
    public async Task G11_The_ledger_has_all_twelve_kinds_with_actor_reason_trace_and_the_quantities_at_that_time()
    {
        const string Trace = "0af7651916cd43dd8448eb211c80319c";
        _olga.DefaultRequestHeaders.Add("traceparent", $"00-{Trace}-b7ad6b7169203331-01");
        var (sku, document) = (await Api.ItemAsync(), Inventory.Tests.Api.New());
        var lines = new[] { new { sku, quantity = 4 } };
        await Api.DoAsync($"stock/{sku}/receipts", new { quantity = 20, reason = "why" });
        await Api.DoAsync($"stock/{sku}/adjustments", new { quantity = -1, reason = "why" });
        await Api.DoAsync($"stock/{sku}/withholdings", new { quantity = 2, reason = "why" });
        await Api.DoAsync("stock/returns", new { reference = Inventory.Tests.Api.New(), lines });
        await Api.DoAsync(
            "transfers",
            new
            {
                reference = document,
                from = "main",
                to = "north",
                reason = "why",
                lines,
            }
        );
        await Api.DoAsync($"inbounds/{document}/receipts", new { lines, reason = "why" });
        var order = await Api.ReserveAsync((sku, 5));
        await Api.DoAsync(
            "stock/allocations/moves",
            new
            {
                orderId = order.OrderId,
                sku,
                from = "main",
                to = "north",
                quantity = 1,
                reason = "why",
            }
        );
        await Api.DoAsync(
            "reservations/ship",
            new
            {
                key = Inventory.Tests.Api.New(),
                orderId = order.OrderId,
                lines = new[]
                {
                    new
                    {
                        sku,
                        location = "main",
                        quantity = 2,
                    },
                },
            }
        );
        using var released = await _olga.SendAsync(
            new HttpRequestMessage(HttpMethod.Post, "reservations/release")
            {
                Content = System.Net.Http.Json.JsonContent.Create(new { orderIds = new[] { order.OrderId } }),
            },
            TestContext.Current.CancellationToken
        );
        await fixture.Database.RunAsync<CommandOutcome>(
            new PlaceHoldCommand(
                Inventory.Tests.Api.New(),
                [1],
                Guid.CreateVersion7(),
                "carl",
                [new(sku, 1)],
                TimeProvider.System.GetUtcNow(),
                "carl"
            )
            {
                Trace = Guid.ParseExact(Trace, "N"),
            }
        );
        await Api.DoAsync($"stock/{sku}/receipts", new { quantity = 1, reason = "why" });

        var rows = (await Api.GetAsync($"stock/{sku}/movements")).List("movements").ToList();
        rows.Select(r => r.Text("kind")).Distinct().Should().BeEquivalentTo(MovementKinds.All);
        rows.Should().OnlyContain(r => r.Text("actor")!.Length > 0 && r.Text("cause")!.Length > 0);
        rows.Where(r => r.Text("actor") != "clock")
            .Should()
            .OnlyContain(r => r.Text("trace") == Trace, "but for what the clock does, somebody asked");
        rows.Where(r => r.Text("actor") == "olga" && r.Text("kind") != "returned")
            .Should()
            .OnlyContain(r => r.Text("reason") == "why");
        rows.Select(r => (r.Text("actor"), r.Text("actorType")))
            .Distinct()
            .Should()
            .BeEquivalentTo([("olga", "operator"), ("carl", "customer"), ("saga", "system"), ("clock", "system")]);
        rows.Where(r => r.Text("kind") is "allocated" or "released" or "shipped")
            .Should()
            .OnlyContain(r => r.Text("cause") == order.OrderId.ToString());
        (
            await fixture.Database.NumberAsync(
                $"""
                select count(*) from (
                    select *, on_hand - coalesce(lag(on_hand) over w, 0) as moved, sequence - coalesce(lag(sequence) over w, 0) as next
                    from movements where sku = '{sku}' window w as (partition by location order by sequence)) m
                where next <> 1 or moved <> case when kind in ('received', 'shipped', 'adjusted', 'returned', 'transferred') then quantity else 0 end
                """
            )
        ).Should().Be(0, "each balance is the last one and what moved");
    }

    [Fact]
    public async Task G12_The_timeline_of_a_SKU_is_read_newest_first_page_by_page_over_all_its_locations()
    {
        var sku = await Api.ItemAsync();
        for (var i = 1; i <= 9; i++)
            await Api.DoAsync(
                $"stock/{sku}/receipts",
                new
                {
                    quantity = i,
                    reason = "r",
                    location = (i % 3) switch
                    {
                        0 => "north",
                        1 => "main",
                        _ => "south",
                    },
                }
            );

        List<JsonElement> read = [];
        for (string? cursor = null; ; )
        {
            var page = await Api.GetAsync(
                $"stock/{sku}/movements?limit=2{(cursor is null ? "" : $"&cursor={cursor}")}"
            );
            read.AddRange(page.List("movements"));
            cursor = page.Text("cursor");
            if (cursor is null)
                break;
            read.Should().HaveCountLessThan(10, "a page is older than the one before it");
            await Api.DoAsync(
                $"stock/{sku}/receipts",
                new
                {
                    quantity = 100,
                    reason = "later",
                    location = "main",
                }
            );
        }

        read.Select(m => m.Number("quantity"))
            .Should()
            .Equal([9, 8, 7, 6, 5, 4, 3, 2, 1], "later movements are on a newer page");
        read.Where(m => m.Text("location") == "main").Select(m => m.Number("sequence")).Should().Equal(3, 2, 1);
    }

    [Fact]
    public async Task G12_The_timeline_is_filtered_by_location_kind_and_time()
    {
        var sku = await Api.StockedAsync(("main", 5), ("north", 6));
        await Api.DoAsync($"stock/{sku}/adjustments", new { quantity = -1, reason = "r" });
        await Api.DoAsync($"stock/{sku}/receipts", new { quantity = 7, reason = "r" });
        var all = (await Api.GetAsync($"stock/{sku}/movements")).List("movements").ToList();
        var (from, to) = (all[2].Text("occurredAt")!, all[0].Text("occurredAt")!);

        (await QuantitiesAsync("location=north")).Should().Equal(6);
        (await QuantitiesAsync("kind=adjusted")).Should().Equal(-1);
        (await QuantitiesAsync($"from={Uri.EscapeDataString(from)}&until={Uri.EscapeDataString(to)}"))
            .Should()
            .Equal(-1, 6);
        (await QuantitiesAsync($"kind=received&location=main&from={Uri.EscapeDataString(to)}")).Should().Equal(7);
        var wrong = await Api.SendAsync("GET", $"stock/{sku}/movements?kind=vanished");
        (wrong.Kind, wrong.Text.Contains("transferred", StringComparison.Ordinal)).Should().Be(("invalid", true));
        foreach (var cursor in new[] { "7", "%21", "bnVsbA", "eyJhIjoiYiJ9" })
            (await Api.SendAsync("GET", $"stock/{sku}/movements?cursor={cursor}")).Kind.Should().Be("invalid");

        async Task<IEnumerable<long>> QuantitiesAsync(string filter) =>
            (await Api.GetAsync($"stock/{sku}/movements?{filter}")).List("movements").Select(m => m.Number("quantity"));
    }

    [Fact]
    public async Task S13_What_an_operator_does_for_a_customer_is_an_operators_in_the_ledger_and_in_its_event()
    {
        var sku = await Api.StockedAsync(("main", 5));
        await Api.SendAsync("POST", "holds", new { lines = new[] { new { sku, quantity = 2 } } });
        var order = (await Api.ReserveAsync((sku, 3))).OrderId;
        for (var number = 1; number <= 2; number++)
            await Api.DoAsync(
                "reservations/release-units",
                new ReleaseUnitsRequest(Api.New(), order, number, "dora", [new(sku, 1)], ByOperator: number == 1)
            );

        (await Api.GetAsync($"stock/{sku}/movements"))
            .List("movements")
            .Select(m => $"{m.Text("kind")} {m.Text("actor")} {m.Text("actorType")}")
            .Should()
            .Equal(
                "released dora customer",
                "released dora operator",
                "allocated saga system",
                "held olga operator",
                "received olga operator"
            );
        (
            await fixture.Database.NumberAsync(
                $"""
                select count(*) from movements m join events e
                    on e.type = '{EventTypes.StockMoved}' and e.subject = m.cause and e.version = m.step + 1
                    and e.data->>'kind' = m.kind and e.data->>'actorType' = m.actor_type
                where m.sku = '{sku}'
                """
            )
        ).Should().Be(5);
    }

    [Fact]
    public async Task The_ledger_returns_the_quantities_at_a_time()
    {
        var sku = await Api.StockedAsync(("main", 5), ("north", 6));
        await Api.DoAsync($"stock/{sku}/adjustments", new { quantity = -2, reason = "r" });
        var times = (await Api.GetAsync($"stock/{sku}/movements"))
            .List("movements")
            .Select(m => m.Text("occurredAt")!)
            .Reverse()
            .ToList();

        (await OnHandAsync("2026-01-01T00:00:00Z")).Should().BeEmpty();
        (await OnHandAsync(times[0])).Should().Equal(("main", 5));
        (await OnHandAsync(times[1])).Should().Equal(("main", 5), ("north", 6));
        (await OnHandAsync(times[2])).Should().Equal(("main", 3), ("north", 6));
        (await Api.SendAsync("GET", $"stock/unheard-of/at/{times[0]}")).Kind.Should().Be("not-found");
        (await Api.SendAsync("GET", $"stock/{sku}/at/yesterday")).Status.Should().Be(400);

        async Task<IEnumerable<(string?, long)>> OnHandAsync(string time) =>
            (await Api.GetAsync($"stock/{sku}/at/{Uri.EscapeDataString(time)}"))
                .List("locations")
                .Select(l => (l.Text("location"), l.Number("onHand")));
    }
}
