using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;

namespace DaprShop.Orders.Tests;

/// <summary>Returns.</summary>
public sealed class ReturnTests(OrdersFixture fixture) : FulfilmentScene(fixture)
{
    [Fact]
    public async Task G31_A_return_is_decided_and_refunded_once()
    {
        var id = await ConfirmedAsync(quantity: 5);
        await ShippedAsync(id, null);
        var asked = await (await ReturnAsync(id, 4)).Content.ReadFromJsonAsync<JsonElement>();
        var back = asked.GetProperty("id").GetGuid();
        object decision = new
        {
            lines = new[] { Line(1, "restock"), Line(1, "damaged"), Line(1, "discard"), Line(1, "refuse") },
        };
        var decided = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => Olga.PostAsJsonAsync($"returns/{back}/decision", decision))
        );
        foreach (var answer in decided)
            (await answer.Content.ReadFromJsonAsync<JsonElement>())
                .GetProperty("refund")
                .GetDecimal()
                .Should()
                .Be(7.5m);
        await IsProblemAsync(
            await Olga.PostAsJsonAsync($"returns/{back}/decision", new { lines = new[] { Line(4, "restock") } }),
            409,
            "already-decided"
        );

        await Wait.UntilAsync(
            async () => (await GetAsync($"orders/{id}/returns"))[0].GetProperty("state").GetString() == "settled",
            "the return is settled"
        );
        Fixture
            .Fakes.TakenBack[$"return:{back}"]
            .Lines.Select(l => (l.Quantity, l.Disposition))
            .Should()
            .BeEquivalentTo([(1, Disposition.Restock), (1, Disposition.Damaged), (1, Disposition.Discard)]);
        Fixture.Fakes.PartRefunds[back].Amount.Should().Be(7.5m);
        (await GetAsync($"orders/{id}")).GetProperty("lines")[0].GetProperty("returned").GetInt32().Should().Be(3);
        (await Fixture.Database.NumberAsync($"select count(*) from events where subject = '{back}'")).Should().Be(3);
    }

    [Fact]
    public async Task A_return_names_the_line_and_the_refund_follows_it()
    {
        var id = await ConfirmedAsync((1, 10m), (1, 0m));
        await ShippedAsync(id, null);
        var problem = await IsProblemAsync(await ReturnAsync(id, 1), 409, "line-required");
        problem
            .GetProperty("detail")
            .GetString()
            .Should()
            .Be(
                "The order has lines of one item at different prices: line 1 of 'cup' at GBP 10, line 2 of 'cup' at "
                    + "GBP 0. Name the line that is meant by its number (line)."
            );

        var free = await RequestedAsync(new { line = 2, quantity = 1 });
        (
            await DecidedAsync(
                free,
                new
                {
                    sku = "cup",
                    quantity = 1,
                    disposition = "restock",
                }
            )
        ).Should().Be(0m);
        await IsProblemAsync(await AskAsync(new { line = 2, quantity = 1 }), 409, "not-returnable");
        (await GetAsync($"orders/{id}"))
            .GetProperty("lines")
            .EnumerateArray()
            .Select(l => (l.GetProperty("line").GetInt32(), l.GetProperty("returned").GetInt32()))
            .Should()
            .Equal((1, 0), (2, 1));

        var dear = await RequestedAsync(new { sku = "cup", quantity = 1 });
        (
            await DecidedAsync(
                dear,
                new
                {
                    line = 1,
                    quantity = 1,
                    disposition = "restock",
                }
            )
        ).Should().Be(10m, "only one line has units left, so the SKU is enough");
        (await GetAsync($"orders/{id}/returns"))
            .EnumerateArray()
            .Select(r => r.GetProperty("lines")[0].GetProperty("line").GetInt32())
            .Should()
            .Equal(2, 1);

        Task<HttpResponseMessage> AskAsync(object line) =>
            SendAsync(Alice, $"orders/{id}/returns", null, new { lines = new[] { line }, reason = "broken" });

        async Task<Guid> RequestedAsync(object line)
        {
            using var answer = await AskAsync(line);
            return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
        }
    }

    [Fact]
    public async Task Units_that_await_a_decision_leave_the_other_line_of_their_SKU_returnable()
    {
        var id = await ConfirmedAsync((1, 10m), (1, 0m));
        await ShippedAsync(id, null);

        (await AskAsync(2)).StatusCode.Should().Be(HttpStatusCode.Created);
        await IsProblemAsync(await AskAsync(2), 409, "not-returnable");
        (await AskAsync(1)).StatusCode.Should().Be(HttpStatusCode.Created);

        Task<HttpResponseMessage> AskAsync(int line) =>
            SendAsync(
                Alice,
                $"orders/{id}/returns",
                null,
                new { lines = new[] { new { line, quantity = 1 } }, reason = "broken" }
            );
    }

    [Theory]
    [InlineData("""{"line":3,"quantity":1}""", "/lines: The order has no line 3. Its lines: 1, 2.")]
    [InlineData("""{"line":1,"sku":"tea","quantity":1}""", "/lines: Line 1 is of 'cup', not of 'tea'.")]
    [InlineData(
        """{"quantity":1}""",
        "/lines: Must have 1 to 2000 lines, each with quantity (1 to 1000000) and either line (the number of a line of "
            + "the order, from 1) or sku."
    )]
    public async Task A_line_that_the_order_does_not_have_is_refused(string line, string detail)
    {
        var id = await ConfirmedAsync((1, 10m), (1, 0m));
        await ShippedAsync(id, null);
        using var answer = await SendAsync(
            Alice,
            $"orders/{id}/returns",
            null,
            new { lines = new[] { JsonDocument.Parse(line).RootElement }, reason = "broken" }
        );
        (await IsProblemAsync(answer, 422, "invalid")).GetProperty("detail").GetString().Should().Be(detail);
    }

    [Fact]
    public async Task A_shipment_may_name_the_line_so_that_its_units_can_be_returned()
    {
        var id = await ConfirmedAsync((1, 10m), (1, 0m));
        using var shipped = await SendAsync(
            Olga,
            "shipments",
            null,
            new { orderId = id, lines = new[] { new { line = 2, quantity = 1 } } }
        );
        shipped.StatusCode.Should().Be(HttpStatusCode.Accepted);
        await Wait.UntilAsync(
            async () => (await GetAsync($"orders/{id}")).GetProperty("lines")[1].GetProperty("shipped").GetInt32() == 1,
            "the free cup has left"
        );
        await IsProblemAsync(
            await SendAsync(
                Olga,
                "shipments",
                null,
                new { orderId = id, lines = new[] { new { line = 2, quantity = 1 } } }
            ),
            409,
            "too-many"
        );
    }

    [Fact]
    public async Task A_return_that_was_requested_before_lines_were_named_is_decided()
    {
        var id = await ConfirmedAsync((2, 10m), (1, 0m));
        await ShippedAsync(id, null);
        using var answer = await SendAsync(
            Alice,
            $"orders/{id}/returns",
            null,
            new { lines = new[] { new { sku = "cup", quantity = 3 } }, reason = "broken" }
        );
        var back = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
        await Sql.ScalarAsync<object>(
            Fixture.Database.Names.App,
            $$"""update returns set lines = '[{"sku":"cup","quantity":3}]' where id = '{{back}}'"""
        );
        for (var repeat = 0; repeat < 2; repeat++)
            (
                await DecidedAsync(
                    back,
                    new
                    {
                        sku = "cup",
                        quantity = 3,
                        disposition = "restock",
                    }
                )
            ).Should().Be(20m);
    }

    private async Task<decimal> DecidedAsync(Guid back, object line)
    {
        using var answer = await Olga.PostAsJsonAsync($"returns/{back}/decision", new { lines = new[] { line } });
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("refund").GetDecimal();
    }

    [Fact]
    public async Task The_sales_summary_knows_gross_refunded_and_net()
    {
        var before = await GetAsync("ops/orders/summary");
        var id = await ConfirmedAsync(quantity: 5);
        await ShippedAsync(id, null);
        var back = await RequestedAsync(id, 2);
        (await Olga.PostAsJsonAsync($"returns/{back}/decision", new { lines = new[] { Line(2, "restock") } }))
            .StatusCode.Should()
            .Be(HttpStatusCode.OK);

        var after = await GetAsync("ops/orders/summary");
        (Change("revenue"), Change("refunded"), Change("net")).Should().Be((12.5m, 5m, 7.5m));

        decimal Change(string member) =>
            after.GetProperty(member).GetDecimal() - before.GetProperty(member).GetDecimal();
    }

    [Fact]
    public async Task A_decision_with_other_quantities_or_another_location_is_not_a_repetition()
    {
        var id = await ConfirmedAsync(quantity: 3);
        await ShippedAsync(id, null);
        var back = await RequestedAsync(id, 3);
        Task<HttpResponseMessage> DecideAsync(string location, params object[] lines) =>
            Olga.PostAsJsonAsync($"returns/{back}/decision", new { lines, location });

        (await DecideAsync("north", Line(1, "restock"), Line(1, "restock"), Line(1, "damaged")))
            .StatusCode.Should()
            .Be(HttpStatusCode.OK);
        (await DecideAsync("north", Line(1, "damaged"), Line(2, "restock")))
            .StatusCode.Should()
            .Be(HttpStatusCode.OK, "it is the same, said otherwise");
        await IsRefusedAsync(
            await DecideAsync("north", Line(1, "restock"), Line(1, "damaged"), Line(1, "damaged")),
            "already-decided"
        );
        await IsRefusedAsync(await DecideAsync("south", Line(2, "restock"), Line(1, "damaged")), "already-decided");
    }

    [Fact]
    public async Task No_unit_is_returned_twice()
    {
        var id = await ConfirmedAsync(quantity: 5);
        await IsProblemAsync(await ReturnAsync(id, 1), 409, "not-returnable");
        await ShippedAsync(id, 4);
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => ReturnAsync(id, 3)));
        answers.Count(a => a.StatusCode == HttpStatusCode.Created).Should().Be(1);
        foreach (var refused in answers.Where(a => a.StatusCode != HttpStatusCode.Created))
            await IsProblemAsync(refused, 409, "not-returnable");
        var key = New();
        (await ReturnAsync(id, 1, key)).StatusCode.Should().Be(HttpStatusCode.Created);
        (await ReturnAsync(id, 1, key)).Headers.Contains(IdempotencyKey.ReplayedHeader).Should().BeTrue();
        await IsProblemAsync(await ReturnAsync(id, 1), 409, "not-returnable");
        await IsProblemAsync(
            await Fixture
                .Service.As(Identity.Customer, "bob")
                .PostAsJsonAsync($"orders/{id}/returns", new { lines = new[] { Line(1, null) }, reason = "r" }),
            400,
            "idempotency-key-missing"
        );
    }

    [Fact]
    public async Task O9_A_request_whose_path_has_the_order_in_capitals_is_a_repetition()
    {
        var (id, key) = (await ConfirmedAsync(quantity: 1), New());
        await ShippedAsync(id, null);
        foreach (var (path, isReplayed) in new[] { ($"{id}", false), ($"{id}".ToUpperInvariant(), true) })
        {
            using var answer = await SendAsync(
                Alice,
                $"orders/{path}/returns",
                key,
                new { lines = new[] { Line(1, null) }, reason = "broken" }
            );
            answer.StatusCode.Should().Be(HttpStatusCode.Created);
            answer.Headers.Contains(IdempotencyKey.ReplayedHeader).Should().Be(isReplayed);
        }
    }

    [Fact]
    public async Task A_decision_names_exactly_the_returned_units()
    {
        var id = await ConfirmedAsync(quantity: 2);
        await ShippedAsync(id, null);
        var back = await RequestedAsync(id, 2);
        await IsProblemAsync(
            await Olga.PostAsJsonAsync($"returns/{back}/decision", new { lines = new[] { Line(1, "restock") } }),
            422,
            "invalid"
        );
        await IsProblemAsync(
            await Olga.PostAsJsonAsync($"returns/{back}/decision", new { lines = new[] { Line(2, "burn") } }),
            400,
            "invalid-body"
        );
        (await GetAsync("returns?limit=200"))
            .GetProperty("returns")
            .EnumerateArray()
            .Select(r => r.GetProperty("id").GetGuid())
            .Should()
            .Contain(back);
    }

    [Fact]
    public async Task Returns_of_the_same_moment_are_all_listed_by_short_pages()
    {
        var id = await ConfirmedAsync(quantity: 2);
        await ShippedAsync(id, null);
        for (var one = 0; one < 2; one++)
            (await ReturnAsync(id, 1)).StatusCode.Should().Be(HttpStatusCode.Created);
        await Sql.ScalarAsync<object>(
            Fixture.Database.Names.App,
            $"update returns set created_at = now() where order_id = '{id}'"
        );

        var (listed, cursor) = (new List<Guid>(), "");
        do
        {
            var page = await GetAsync($"returns?limit=1{cursor}");
            listed.AddRange(
                page.GetProperty("returns").EnumerateArray().Select(r => r.GetProperty("orderId").GetGuid())
            );
            cursor =
                page.GetProperty("cursor").ValueKind == JsonValueKind.Null
                    ? ""
                    : $"&cursor={page.GetProperty("cursor").GetString()}";
        } while (cursor != "");
        listed.Count(order => order == id).Should().Be(2);
    }

    [Fact]
    public async Task An_invalid_cursor_is_reported() =>
        await IsProblemAsync(
            await Olga.GetAsync("returns?cursor=2026-11-25T10:00:00%2B02:00"),
            400,
            "invalid-parameter"
        );

    [Theory]
    [InlineData(64, 202, 200)]
    [InlineData(65, 422, 422)]
    public async Task A_location_is_as_long_as_Inventory_allows(int length, int ships, int decides)
    {
        var id = await ConfirmedAsync(quantity: 2);
        await ShippedAsync(id, 1);
        var location = new string('l', length);
        (
            (int)
                (
                    await SendAsync(
                        Olga,
                        "shipments",
                        null,
                        new
                        {
                            orderId = id,
                            lines = new[]
                            {
                                new
                                {
                                    sku = "cup",
                                    quantity = 1,
                                    location,
                                },
                            },
                        }
                    )
                ).StatusCode
        ).Should().Be(ships);
        var back = await RequestedAsync(id, 1);
        (
            (int)
                (
                    await Olga.PostAsJsonAsync(
                        $"returns/{back}/decision",
                        new { lines = new[] { Line(1, "restock") }, location }
                    )
                ).StatusCode
        )
            .Should()
            .Be(decides);
    }

    [Fact]
    public async Task S2_A_decision_at_a_location_that_was_not_declared_is_refused_and_decides_nothing()
    {
        var id = await ConfirmedAsync(quantity: 1);
        await ShippedAsync(id, null);
        var back = await RequestedAsync(id, 1);
        await IsProblemAsync(
            await Olga.PostAsJsonAsync(
                $"returns/{back}/decision",
                new { lines = new[] { Line(1, "restock") }, location = "nowhere" }
            ),
            409,
            "unknown-location"
        );
        (await GetAsync($"orders/{id}/returns"))[0].GetProperty("state").GetString().Should().Be("requested");
    }

    [Theory]
    [InlineData(7)]
    [InlineData(0)]
    [InlineData("7")]
    public async Task A_disposition_is_a_name_and_a_number_decides_nothing(object disposition)
    {
        var id = await ConfirmedAsync(quantity: 1);
        await ShippedAsync(id, null);
        var back = await RequestedAsync(id, 1);
        await IsProblemAsync(
            await Olga.PostAsJsonAsync(
                $"returns/{back}/decision",
                new
                {
                    lines = new[]
                    {
                        new
                        {
                            sku = "cup",
                            quantity = 1,
                            disposition,
                        },
                    },
                }
            ),
            400,
            "invalid-body"
        );
        (await GetAsync($"orders/{id}/returns"))[0].GetProperty("state").GetString().Should().Be("requested");
    }
}
