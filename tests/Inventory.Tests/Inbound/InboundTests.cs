using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Tests.Inbound;

/// <summary>Units on their way.</summary>
public sealed class InboundTests(InventoryFixture fixture) : IClassFixture<InventoryFixture>
{
    private readonly Api _api = new(fixture.Service.As(Identity.Operator, "olga"), fixture.Database);

    [Fact]
    public async Task G13_A_delivery_of_ten_is_received_as_eight_and_two_and_no_unit_is_sold_before_its_receipt()
    {
        var sku = await _api.ItemAsync();
        var document = await AnnounceAsync(sku, 10);
        (await _api.ReserveAsync((sku, 1)))
            .Shortages.Should()
            .Equal([new Shortage(sku, 1, 0)], "what is ordered is not there");

        (await ReceiveAsync(document, sku, 8)).Should().Be("partially_received");
        (await LineAsync(document)).Should().Be((10, 8, 0, 2));
        (await _api.ReserveAsync((sku, 9))).Shortages.Should().Equal(new Shortage(sku, 9, 8));
        (await ReceiveAsync(document, sku, 2)).Should().Be("received");
        (await LineAsync(document)).Should().Be((10, 10, 0, 0));

        var rows = (await _api.GetAsync($"stock/{sku}/movements?kind=received")).List("movements").ToList();
        rows.Select(r => (r.Number("quantity"), r.Number("onHand"), r.Number("incoming"), r.Text("cause")))
            .Should()
            .Equal((2, 10, 0, document), (8, 8, 2, document));
        (await _api.SendAsync("POST", $"inbounds/{document}/receipts", Lines(sku, 1)))
            .Kind.Should()
            .Be("already-ended");
    }

    [Fact]
    public async Task G13_A_supplier_may_send_more_than_was_ordered_if_somebody_says_why()
    {
        var sku = await _api.ItemAsync();
        var document = await AnnounceAsync(sku, 10);
        var refused = await _api.SendAsync("POST", $"inbounds/{document}/receipts", Lines(sku, 12));
        (refused.Status, refused.Kind, refused.Body.Number("remaining")).Should().Be((409, "too-many-units", 10));

        (await ReceiveAsync(document, sku, 12, "two free of charge")).Should().Be("received");
        var level = (await _api.StockAsync(sku)).GetProperty("total");
        (level.Number("onHand"), level.Number("incoming")).Should().Be((12, 0));
        (await _api.GetAsync($"stock/{sku}/movements?kind=received"))
            .List("movements")
            .Single()
            .Text("reason")
            .Should()
            .Be("two free of charge");
    }

    [Fact]
    public async Task S8_Units_that_are_set_aside_leave_and_arrive_as_such_while_all_others_are_promised()
    {
        var sku = await _api.StockedAsync(("main", 8));
        await _api.DoAsync($"stock/{sku}/withholdings", new { quantity = 5, reason = "damaged" });
        (await _api.ReserveAsync((sku, 3))).Shortages.Should().BeEmpty();

        var scrap = new
        {
            quantity = -2,
            reason = "scrapped",
            unavailable = true,
        };
        await _api.DoAsync($"stock/{sku}/adjustments", scrap);
        await ShowsAsync("main", 6, 3, 3);
        var move = new
        {
            reference = Api.New(),
            from = "main",
            to = "north",
            reason = "repair",
            unavailable = true,
            lines = new[] { new { sku, quantity = 2 } },
        };
        await _api.DoAsync("transfers", move);
        await ShowsAsync("main", 4, 1, 3);
        (await _api.GetAsync($"inbounds/{move.reference}")).GetProperty("unavailable").GetBoolean().Should().BeTrue();
        (await ReceiveAsync(move.reference, sku, 1)).Should().Be("partially_received");
        await ShowsAsync("north", 1, 1, 0);
        await _api.DoAsync($"inbounds/{move.reference}/close", new { reason = "lost", disposition = "return" });
        await ShowsAsync("main", 5, 2, 3);
        var count = new
        {
            counted = 3,
            expected = 5,
            unavailable = 0,
            reason = "stocktake",
        };
        await _api.DoAsync($"stock/{sku}/counts", count);
        await ShowsAsync("main", 3, 0, 3);
        var supplied = new
        {
            quantity = 4,
            reason = "quality control",
            unavailable = true,
        };
        await _api.DoAsync($"stock/{sku}/receipts", supplied);
        await ShowsAsync("main", 7, 4, 3);

        var refused = await _api.SendAsync("POST", $"stock/{sku}/adjustments", scrap with { quantity = -5 });
        (refused.Status, refused.Kind, refused.Body.Number("remaining")).Should().Be((409, "too-many-units", 4));

        async Task ShowsAsync(string location, int onHand, int unavailable, int allocated)
        {
            var level = (await _api.StockAsync(sku))
                .List("locations")
                .Single(l => l.Text("location") == location)
                .GetProperty("quantities");
            (level.Number("onHand"), level.Number("unavailable"), level.Number("allocated"), level.Number("available"))
                .Should()
                .Be((onHand, unavailable, allocated, 0));
        }
    }

    [Fact]
    public async Task S7_Who_waits_for_a_delivery_that_is_put_off_and_then_closed_is_promised_what_is_still_open()
    {
        var sku = await _api.ItemAsync(backorderLimit: 9);
        var (soon, late) = (
            new DateTimeOffset(2031, 3, 1, 9, 0, 0, TimeSpan.Zero),
            new DateTimeOffset(2031, 3, 5, 9, 0, 0, TimeSpan.Zero)
        );
        var lines = new[] { new { sku, quantity = 2 } };
        var document = Api.New();
        await _api.DoAsync(
            "inbounds",
            new
            {
                reference = document,
                lines,
                expectedAt = soon,
            }
        );
        var order = Guid.CreateVersion7();
        var wanted = new ReserveOrder(order, [new(sku, 2)], "alice", 1, ShortagePolicy.Backorder);
        await _api.DoAsync("reservations", new ReserveRequest([wanted]));
        (await PromisedAsync()).Should().Be(soon);

        var putOff = await _api.SendAsync("PATCH", $"inbounds/{document}", new { expectedAt = late, reason = "snow" });
        (putOff.Status, putOff.Body.GetProperty("expectedAt").GetDateTimeOffset()).Should().Be((200, late));
        (await PromisedAsync()).Should().Be(late);
        (await _api.SendAsync("PATCH", $"inbounds/{document}", new { reason = "snow" })).Status.Should().Be(400);
        await _api.DoAsync($"inbounds/{document}/close", new { reason = "bankrupt", disposition = "writeOff" });
        (await PromisedAsync()).Should().BeNull();

        (await _api.SendAsync("PATCH", $"inbounds/{document}", new { expectedAt = soon }))
            .Kind.Should()
            .Be("already-ended");
        (await _api.SendAsync("PATCH", "inbounds/none", new { expectedAt = soon })).Status.Should().Be(404);
        (
            await fixture.Database.NumberAsync(
                $"select count(*) from events where type = 'backorder.promised.v1' and subject = '{order}'"
            )
        )
            .Should()
            .Be(2);

        async Task<DateTimeOffset?> PromisedAsync()
        {
            var waits = (await _api.GetAsync($"internal/orders/{order}/claims")).List("backorders").Single();
            var at = waits.GetProperty("promisedAt");
            return at.ValueKind == JsonValueKind.Null ? null : at.GetDateTimeOffset();
        }
    }

    [Theory]
    [InlineData("return", 10)]
    [InlineData("writeOff", 7)]
    public async Task G13_Closing_a_document_in_transit_requires_a_disposition_return_or_write_off(
        string disposition,
        int left
    )
    {
        var sku = await _api.StockedAsync(("main", 10));
        var transfer = Api.New();
        (
            await _api.DoAsync(
                "transfers",
                new
                {
                    reference = transfer,
                    from = "main",
                    to = "north",
                    reason = "demand",
                    lines = new[] { new { sku, quantity = 6 } },
                }
            )
        ).Text("state").Should().Be("in_transit");
        (await _api.ReserveAsync((sku, 5)))
            .Shortages.Should()
            .Equal([new Shortage(sku, 5, 4)], "units in transit are not available");
        await ReceiveAsync(transfer, sku, 3);
        (
            await _api.SendAsync(
                "POST",
                $"inbounds/{transfer}/receipts",
                new { lines = new[] { new { sku, quantity = 4 } }, reason = "surprise" }
            )
        )
            .Kind.Should()
            .Be("too-many-units", "nothing grows on the road");

        foreach (
            var incomplete in new object[]
            {
                new { reason = "lost" },
                new { disposition },
                new { disposition = "forget", reason = "lost" },
            }
        )
            (await _api.SendAsync("POST", $"inbounds/{transfer}/close", incomplete)).Status.Should().BeOneOf(400, 422);
        (await _api.DoAsync($"inbounds/{transfer}/close", new { disposition, reason = "the lorry is lost" }))
            .Text("state")
            .Should()
            .Be("received");

        (await LineAsync(transfer)).Should().Be((6, 3, 3, 0));
        var total = (await _api.StockAsync(sku)).GetProperty("total");
        (total.Number("onHand"), total.Number("incoming")).Should().Be((left, 0));
        (await _api.SendAsync("POST", $"inbounds/{transfer}/close", new { disposition, reason = "again" }))
            .Kind.Should()
            .Be("already-ended");
    }

    [Fact]
    public async Task G13_What_a_supplier_never_sent_cannot_go_back()
    {
        var document = await AnnounceAsync(await _api.ItemAsync(), 10);
        var refused = await _api.SendAsync(
            "POST",
            $"inbounds/{document}/close",
            new { disposition = "return", reason = "cancelled" }
        );
        (refused.Status, refused.Kind).Should().Be((422, "no-source-location"));
        (await _api.DoAsync($"inbounds/{document}/close", new { disposition = "writeOff", reason = "cancelled" }))
            .Text("state")
            .Should()
            .Be("cancelled");
    }

    [Fact]
    public async Task Only_what_a_location_has_available_is_sent_elsewhere()
    {
        var sku = await _api.StockedAsync(("main", 3), ("north", 9));
        var refused = await _api.SendAsync(
            "POST",
            "transfers",
            new
            {
                reference = Api.New(),
                from = "main",
                to = "north",
                reason = "r",
                lines = new[] { new { sku, quantity = 4 } },
            }
        );
        (refused.Status, refused.Kind, refused.Body.List("items").Single().Number("available"))
            .Should()
            .Be((409, "out-of-stock", 3));
    }

    [Fact]
    public async Task Open_documents_are_listed_page_by_page()
    {
        var sku = await _api.ItemAsync();
        var (first, second, over) = ($"a-{Api.New()}", $"b-{Api.New()}", $"c-{Api.New()}");
        foreach (var reference in new[] { first, second, over })
            await _api.DoAsync("inbounds", new { reference, lines = new[] { new { sku, quantity = 1 } } });
        await ReceiveAsync(over, sku, 1);

        List<string?> seen = [];
        for (var cursor = ""; cursor is not null; )
        {
            var page = await _api.GetAsync($"inbounds?open=true&limit=1&cursor={cursor}");
            seen.AddRange(page.List("items").Select(d => d.Text("reference")));
            cursor = page.Text("cursor");
        }

        seen.Should().ContainInOrder(first, second).And.NotContain(over).And.OnlyHaveUniqueItems();
        (await _api.GetAsync($"inbounds?cursor={second}"))
            .List("items")
            .Select(d => d.Text("reference"))
            .Should()
            .Contain(over);
    }

    [Fact]
    public async Task An_inbound_or_receipt_that_is_not_possible_is_rejected_with_the_reason()
    {
        var sku = await _api.ItemAsync();
        var lines = new[] { new { sku, quantity = 1 } };
        var document = await AnnounceAsync(sku, 1);
        await IsAsync("inbounds", new { reference = "", lines }, 422, "invalid");
        await IsAsync(
            "inbounds",
            new
            {
                reference = Api.New(),
                lines,
                location = "",
            },
            422,
            "invalid"
        );
        foreach (
            var wrong in new object?[][]
            {
                [],
                [null],
                [new { sku, quantity = 0 }],
                [new { sku, quantity = 9_999_999 }, new { sku, quantity = 2 }],
            }
        )
            await IsAsync("inbounds", new { reference = Api.New(), lines = wrong }, 422, "invalid");
        await IsAsync("inbounds", new { reference = document, lines }, 409, "already-exists");
        await IsAsync(
            "inbounds",
            new { reference = Api.New(), lines = new[] { new { sku = "unheard-of", quantity = 1 } } },
            404,
            "unknown-sku"
        );
        await IsAsync(
            "inbounds",
            new { reference = Api.New(), lines = new[] { new { sku = "delivery", quantity = 1 } } },
            422,
            "never-stocked"
        );
        await IsAsync(
            "transfers",
            new
            {
                reference = Api.New(),
                from = "main",
                to = "main",
                reason = "r",
                lines,
            },
            422,
            "invalid"
        );
        await IsAsync("inbounds/unheard-of/receipts", new { lines }, 404, "not-found");
        await IsAsync(
            $"inbounds/{document}/receipts",
            new { lines = new[] { new { sku = "cup", quantity = 1 } } },
            404,
            "unknown-sku"
        );
        (await _api.SendAsync("GET", "inbounds/unheard-of")).Kind.Should().Be("not-found");

        async Task IsAsync(string path, object body, int status, string kind)
        {
            var reply = await _api.SendAsync("POST", path, body);
            (reply.Status, reply.Kind).Should().Be((status, kind), reply.Text);
        }
    }

    private async Task<string> AnnounceAsync(string sku, int quantity)
    {
        var reference = Api.New();
        (
            await _api.DoAsync(
                "inbounds",
                new
                {
                    reference,
                    expectedAt = TimeProvider.System.GetUtcNow().AddDays(3),
                    lines = new[] { new { sku, quantity } },
                }
            )
        ).Text("state").Should().Be("expected");
        return reference;
    }

    private async Task<string?> ReceiveAsync(string document, string sku, int quantity, string? reason = null) =>
        (await _api.DoAsync($"inbounds/{document}/receipts", Lines(sku, quantity, reason))).Text("state");

    private async Task<(long Expected, long Received, long Closed, long Remaining)> LineAsync(string document)
    {
        var line = (await _api.GetAsync($"inbounds/{document}")).List("lines").Single();
        return (line.Number("expected"), line.Number("received"), line.Number("closed"), line.Number("remaining"));
    }

    private static object Lines(string sku, int quantity, string? reason = null) =>
        new { lines = new[] { new { sku, quantity } }, reason };
}
