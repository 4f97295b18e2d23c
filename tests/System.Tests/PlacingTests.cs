using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using DaprShop.TestKit;
using static DaprShop.SystemTests.ShopFixture;

namespace DaprShop.SystemTests;

/// <summary>Placing and cancelling orders through the gateway and the sidecars.</summary>
public sealed class PlacingTests(SharedShop shops) : SharedShopTest(shops), IAsyncLifetime
{
    private ShopFixture _shop = null!;

    public async ValueTask InitializeAsync() => _shop = await ShopAsync();

    [Fact]
    public async Task An_order_is_confirmed_within_two_seconds_with_a_complete_timeline()
    {
        var sku = await _shop.CreateItemAsync(100);
        await WaitForStatusAsync(_shop.Alice, await IdAsync(await OrderAsync(_shop.Alice, sku)), "confirmed");
        var (id, order, taken) = (Guid.Empty, default(JsonElement), new List<TimeSpan>());
        for (var attempt = 0; attempt < 5; attempt++)
        {
            var started = Stopwatch.GetTimestamp();
            id = await IdAsync(await OrderAsync(_shop.Alice, sku, 2));
            order = await WaitForStatusAsync(_shop.Alice, id, "confirmed");
            taken.Add(Stopwatch.GetElapsedTime(started));
        }

        taken
            .Order()
            .ElementAt(taken.Count / 2)
            .Should()
            .BeLessThan(TimeSpan.FromSeconds(2), "the median must hold on a machine that runs other tests");
        (order.GetProperty("version").GetInt32(), order.GetProperty("total").GetDecimal()).Should().Be((4, 8.5m));

        List<string?> path = [];
        await Wait.UntilAsync(
            async () =>
            {
                // History receives the events after the customer got the response.
                using var answer = await _shop.Alice.GetAsync($"orders/{id}/timeline");
                if (answer.StatusCode == HttpStatusCode.NotFound)
                    return false;
                var timeline = await answer.Content.ReadFromJsonAsync<JsonElement>();
                path =
                [
                    .. timeline
                        .GetProperty("entries")
                        .EnumerateArray()
                        .Select(e => e.GetProperty("to").GetString())
                        .Where(to => to is not null),
                ];
                return path.Count == 4;
            },
            "the timeline is complete"
        );
        path.Should().Equal("accepted", "reserved", "paid", "confirmed");
        await _shop.Shop.AuditAsync();
    }

    [Fact]
    public async Task A_hundred_parallel_requests_with_one_key_create_one_order()
    {
        var (sku, key, before) = (
            await _shop.CreateItemAsync(1_000),
            Guid.CreateVersion7().ToString(),
            await _shop.OrdersAsync()
        );
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => OrderAsync(_shop.Alice, sku, key: key)));
        (await Task.WhenAll(answers.Select(IdAsync))).Distinct().Should().ContainSingle();
        answers.Count(a => !a.Headers.Contains("Idempotency-Replayed")).Should().Be(1);
        (await _shop.OrdersAsync()).Should().Be(before + 1);
        await IsProblemAsync(
            await OrderAsync(_shop.Alice, sku, 2, key: key),
            HttpStatusCode.UnprocessableEntity,
            "idempotency-conflict"
        );
    }

    [Fact]
    public async Task G21_Fifty_concurrent_orders_of_one_customer_end_independently_each_with_its_events_in_order()
    {
        var sku = await _shop.CreateItemAsync(30);
        var orders = await Task.WhenAll(
            Enumerable.Range(0, 50).Select(async _ => await IdAsync(await OrderAsync(_shop.Alice, sku)))
        );
        orders.Should().OnlyHaveUniqueItems();
        var ended = await Task.WhenAll(
            orders.Select(id => WaitForStatusAsync(_shop.Alice, id, "confirmed", "rejected"))
        );
        ended.Count(o => o.GetProperty("status").GetString() == "confirmed").Should().Be(30);
        foreach (var (id, order) in orders.Zip(ended))
        {
            var transitions = (await _shop.Alice.GetFromJsonAsync<JsonElement>($"orders/{id}/transitions"))
                .GetProperty("transitions")
                .EnumerateArray()
                .ToList();
            transitions
                .Select(t => t.GetProperty("version").GetInt32())
                .Should()
                .Equal(Enumerable.Range(1, order.GetProperty("version").GetInt32()));
            transitions[^1].GetProperty("status").GetString().Should().Be(order.GetProperty("status").GetString());
        }
    }

    [Fact]
    public async Task Thirty_buyers_of_ten_units_ten_are_confirmed_and_the_others_rejected_with_the_shortage()
    {
        var sku = await _shop.CreateItemAsync(10);
        var ids = await Task.WhenAll(
            Enumerable.Range(0, 30).Select(async _ => await IdAsync(await OrderAsync(_shop.Alice, sku)))
        );
        var orders = await Task.WhenAll(ids.Select(id => WaitForStatusAsync(_shop.Alice, id, "confirmed", "rejected")));
        orders.Count(o => o.GetProperty("status").GetString() == "confirmed").Should().Be(10);
        orders
            .First(o => o.GetProperty("status").GetString() == "rejected")
            .GetProperty("items")[0]
            .GetProperty("sku")
            .GetString()
            .Should()
            .Be(sku);
        (await _shop.AvailableAsync(sku)).Should().Be(0);
    }

    [Theory]
    [InlineData("tok_declined", "awaiting_payment", 4)]
    [InlineData("tok_timeout", "confirmed", 4)]
    [InlineData("tok_flaky", "confirmed", 4)]
    public async Task A_misbehaving_payment_provider_costs_neither_money_nor_stock(string token, string end, long left)
    {
        var sku = await _shop.CreateItemAsync(5);
        await WaitForStatusAsync(_shop.Alice, await IdAsync(await OrderAsync(_shop.Alice, sku, token: token)), end);
        (await _shop.AvailableAsync(sku)).Should().Be(left);
        await _shop.Shop.AuditAsync();
    }

    [Fact]
    public async Task A_declined_order_keeps_its_stock_and_is_paid_once_by_another_card()
    {
        var sku = await _shop.CreateItemAsync(5);
        var id = await IdAsync(await OrderAsync(_shop.Alice, sku, token: "tok_declined"));
        var waiting = await WaitForStatusAsync(_shop.Alice, id, "awaiting_payment");
        waiting.GetProperty("allowed").EnumerateArray().Select(a => a.GetString()).Should().Contain("payment");
        (await _shop.AvailableAsync(sku)).Should().Be(4);
        await _shop.Shop.AuditAsync();

        using var named = await SendAsync(
            _shop.Alice,
            HttpMethod.Post,
            $"orders/{id}/payment",
            new { paymentToken = "tok_timeout" }
        );
        named.EnsureSuccessStatusCode();
        await WaitForStatusAsync(_shop.Alice, id, "confirmed");
        (await _shop.AvailableAsync(sku)).Should().Be(4);
        await _shop.Shop.AuditAsync();
    }

    [Fact]
    public async Task A_cancelled_order_returns_stock_and_money_once()
    {
        var sku = await _shop.CreateItemAsync(5);
        var id = await IdAsync(await OrderAsync(_shop.Alice, sku, 3));
        await WaitForStatusAsync(_shop.Alice, id, "confirmed");
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(_ => SendAsync(_shop.Alice, HttpMethod.Post, $"orders/{id}/cancel", new { }))
        );
        answers.Count(a => a.StatusCode == HttpStatusCode.OK).Should().Be(1);
        foreach (var loser in answers.Where(a => a.StatusCode != HttpStatusCode.OK))
            await IsProblemAsync(loser, HttpStatusCode.Conflict, "not-cancellable");
        await Wait.UntilAsync(async () => await _shop.AvailableAsync(sku) == 5, "the stock is returned");
        await _shop.Shop.AuditAsync();
    }

    [Fact]
    public async Task Orders_cancelled_at_any_moment_leave_nothing_behind()
    {
        var sku = await _shop.CreateItemAsync(500);
        var ids = await Task.WhenAll(
            Enumerable
                .Range(0, 60)
                .Select(async i =>
                {
                    var id = await IdAsync(await OrderAsync(_shop.Alice, sku, 2));
                    if (i % 2 == 0)
                        (await SendAsync(_shop.Alice, HttpMethod.Post, $"orders/{id}/cancel", new { }))
                            .StatusCode.Should()
                            .Be(HttpStatusCode.OK);
                    return id;
                })
        );
        foreach (var id in ids)
            await WaitForStatusAsync(_shop.Alice, id, "confirmed", "cancelled");
        await Wait.UntilAsync(
            async () => await _shop.AvailableAsync(sku) == 440,
            "the units of the cancelled half are returned"
        );
        await _shop.Shop.AuditAsync();
    }

    [Fact]
    public async Task Invalid_requests_return_problems_and_change_nothing()
    {
        var (sku, before) = (await _shop.CreateItemAsync(5), await _shop.OrdersAsync());
        var line = $$$"""{"sku":"{{{sku}}}","quantity":1}""";
        (string Body, int Status, string Kind)[] cases =
        [
            ("""{"lines":[{"sku":"no-such-thing","quantity":1}],"payment":{"token":"tok_ok"}}""", 422, "unknown-sku"),
            ($$$"""{"lines":[{"sku":"{{{sku}}}","quantity":0}],"payment":{"token":"tok_ok"}}""", 422, "invalid"),
            ($$$"""{"lines":[{"sku":"{{{sku}}}","quantity":-3}],"payment":{"token":"tok_ok"}}""", 422, "invalid"),
            ($$$"""{"lines":[{"sku":"{{{sku}}}","quantity":1000001}],"payment":{"token":"tok_ok"}}""", 422, "invalid"),
            (
                $$$"""{"lines":[{"sku":"{{{sku}}}","quantity":99999999999999}],"payment":{"token":"tok_ok"}}""",
                400,
                "invalid-body"
            ),
            ($$$"""{"lines":[{{{line}}}],"payment":{"token":"tok_ok"},"customer":"bob"}""", 422, "invalid"),
            ("""{"lines":[],"payment":{"token":"tok_ok"}}""", 422, "invalid"),
            ("""{"lines":null,"payment":{"token":"tok_ok"}}""", 400, "invalid-body"),
            ("""{"lines":[null],"payment":{"token":"tok_ok"}}""", 422, "invalid"),
            ($$$"""{"lines":[{{{line}}}]}""", 400, "invalid-body"),
            ("""{"lines":[{"sku":""", 400, "malformed-json"),
            ("", 400, "invalid-body"),
            ($$$"""{"lines":[{{{line}}}],"payment":{"token":"{{{new string('x', 5_000_000)}}}"}}""", 413, "too-large"),
        ];
        foreach (var (body, status, kind) in cases)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "orders")
            {
                Content = new StringContent(body, Encoding.UTF8, "application/json"),
            };
            request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
            // Expects 100 Continue, as curl does for a large body: otherwise the server may close the connection before
            // the client has read the response.
            request.Headers.ExpectContinue = body.Length > 1_000_000;
            await IsProblemAsync(
                await _shop.Alice.SendAsync(request),
                (HttpStatusCode)status,
                kind,
                body[..Math.Min(body.Length, 100)]
            );
        }

        (await _shop.OrdersAsync()).Should().Be(before);
    }

    [Fact]
    public async Task Requests_without_permission_are_rejected()
    {
        var sku = await _shop.CreateItemAsync(5);
        var id = await IdAsync(await OrderAsync(_shop.Alice, sku));
        await IsProblemAsync(await OrderAsync(_shop.Shop.Gateway, sku), HttpStatusCode.Unauthorized, "unauthenticated");
        await IsProblemAsync(
            await SendAsync(_shop.Alice, HttpMethod.Put, $"items/{sku}", new { name = "x", price = 1 }),
            HttpStatusCode.Forbidden,
            "forbidden"
        );
        await IsProblemAsync(await _shop.Bob.GetAsync($"orders/{id}"), HttpStatusCode.NotFound, "not-found");
        await IsProblemAsync(await _shop.Bob.GetAsync($"orders/{id}/timeline"), HttpStatusCode.NotFound, "not-found");
        await IsProblemAsync(
            await SendAsync(_shop.Bob, HttpMethod.Post, $"orders/{id}/cancel", new { }),
            HttpStatusCode.NotFound,
            "not-found"
        );
        await IsProblemAsync(
            await _shop.Alice.PostAsync(
                "orders",
                JsonContent.Create(
                    new { lines = new[] { new { sku, quantity = 1 } }, payment = new { token = "tok_ok" } }
                )
            ),
            HttpStatusCode.BadRequest,
            "idempotency-key-missing"
        );
        await IsProblemAsync(await _shop.Alice.GetAsync("reservations"), HttpStatusCode.NotFound, "no-such-route");
        await IsProblemAsync(
            await SendAsync(_shop.Alice, HttpMethod.Post, "charges", new { }),
            HttpStatusCode.NotFound,
            "no-such-route"
        );
    }

    private static async Task IsProblemAsync(
        HttpResponseMessage response,
        HttpStatusCode status,
        string kind,
        string because = ""
    )
    {
        var body = await response.Content.ReadAsStringAsync();
        response.StatusCode.Should().Be(status, $"{because} → {body}");
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        using var problem = JsonDocument.Parse(body);
        problem.RootElement.GetProperty("type").GetString().Should().Be($"urn:daprshop:problem:{kind}", body);
        problem.RootElement.GetProperty("detail").GetString().Should().NotBeNullOrEmpty();
    }
}
