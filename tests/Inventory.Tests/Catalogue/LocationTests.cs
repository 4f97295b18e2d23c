using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;

namespace DaprShop.Inventory.Tests.Catalogue;

/// <summary>Locations as a resource: declared before they are used, with what they are for.</summary>
public sealed class LocationTests(InventoryFixture fixture) : IClassFixture<InventoryFixture>
{
    private readonly HttpClient _olga = fixture.Service.As(Identity.Operator, "olga");
    private readonly Api _api = new(fixture.Service.As(Identity.Operator, "olga"), fixture.Database);
    private readonly string _place = $"place {Api.New()}";

    public static TheoryData<string, string> Writes =>
        new()
        {
            { "stock/cup/receipts", """{"quantity":2,"reason":"r","location":"mian"}""" },
            { "stock/cup/adjustments", """{"quantity":2,"reason":"r","location":"mian"}""" },
            { "stock/cup/withholdings", """{"quantity":2,"reason":"r","location":"mian"}""" },
            { "stock/cup/counts", """{"counted":2,"expected":null,"reason":"r","location":"mian"}""" },
            { "stock/returns", """{"reference":"r-1","lines":[{"sku":"cup","quantity":1,"location":"mian"}]}""" },
            { "inbounds", """{"reference":"i-1","location":"mian","lines":[{"sku":"cup","quantity":1}]}""" },
            {
                "transfers",
                """{"reference":"t-1","from":"main","to":"mian","reason":"r","lines":[{"sku":"cup","quantity":1}]}"""
            },
            {
                "transfers",
                """{"reference":"t-2","from":"mian","to":"main","reason":"r","lines":[{"sku":"cup","quantity":1}]}"""
            },
        };

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task A_location_that_was_not_declared_is_refused_with_those_that_are_spelt_alike(
        string path,
        string body
    )
    {
        var reply = await _api.SendAsync("POST", path, JsonElement.Parse(body));
        (reply.Status, reply.Kind).Should().Be((409, "unknown-location"), reply.Text);
        reply.Body.Text("detail").Should().Contain("'mian'").And.Contain("PUT /locations/").And.Contain("'main'");
        (await fixture.Database.NumberAsync("select count(*) from levels where location = 'mian'")).Should().Be(0);
    }

    [Fact]
    public async Task A_request_that_was_refused_is_executed_under_its_key_once_the_location_is_declared()
    {
        var (sku, key) = (await _api.ItemAsync(), Api.New());
        Task<Reply> ReceiveAsync() =>
            _api.SendAsync(
                "POST",
                $"stock/{sku}/receipts",
                new
                {
                    quantity = 2,
                    reason = "r",
                    location = _place,
                },
                key
            );
        (await ReceiveAsync()).Status.Should().Be(409);
        await DeclareAsync();
        (await ReceiveAsync()).Status.Should().Be(200);
    }

    [Fact]
    public async Task A_location_is_declared_read_changed_in_part_and_guarded_by_its_ETag()
    {
        var key = Api.New();
        var (created, body, tag) = await SendAsync("PUT", new { }, key);
        (created, tag).Should().Be((200, "\"1\""));
        body.ToString().Should().Be($$"""{"location":"{{_place}}","priority":100,"sold":true}""");
        (await SendAsync("GET", null)).Should().Match<(int Status, JsonElement Body, string? Tag)>(r => r.Tag == tag);

        var (left, problem, _) = await SendAsync("PUT", new { priority = 3 });
        (left, problem.GetProperty("missing").ToString()).Should().Be((422, """["sold"]"""));
        (await SendAsync("PATCH", new { sold = false }, ifMatch: "\"9\"")).Status.Should().Be(412);
        (await SendAsync("PUT", new { priority = 3, sold = false }, ifMatch: "\"9\"")).Status.Should().Be(412);
        (await SendAsync("PATCH", new { })).Status.Should().Be(422);
        var (changed, now, next) = await SendAsync("PATCH", new { sold = false }, ifMatch: tag);
        (changed, next).Should().Be((200, "\"2\""));
        now.ToString().Should().Be($$"""{"location":"{{_place}}","priority":100,"sold":false}""");

        (await SendAsync("PUT", new { }, key)).Body.ToString().Should().Be(body.ToString(), "it repeats the answer");
        (await SendAsync("GET", null)).Tag.Should().Be("\"2\"", "a late repetition changes nothing");
        (await SendAsync("PUT", new { priority = 7 }, key)).Status.Should().Be(422);
        (await _api.SendAsync("PATCH", "locations/nowhere", new { sold = false })).Status.Should().Be(404);
        (await _api.SendAsync("GET", "locations/nowhere")).Status.Should().Be(404);
        (await SendAsync("PUT", new { priority = -1, sold = true })).Status.Should().Be(422);
    }

    [Fact]
    public async Task Locations_are_listed_by_priority_page_by_page()
    {
        await _api.SendAsync("PUT", "locations/outlet", new { priority = 300 });
        await _api.SendAsync("PUT", "locations/hub", new { priority = 1 });
        var (listed, cursor) = (new List<string>(), "");
        do
        {
            var page = await _api.GetAsync($"locations?limit=3{cursor}");
            listed.AddRange(page.List("items").Select(l => $"{l.Number("priority"):000} {l.Text("location")}"));
            cursor = page.Text("cursor") is { } next ? $"&cursor={next}" : null;
        } while (cursor is not null);
        listed.Should().BeInAscendingOrder(StringComparer.Ordinal).And.OnlyHaveUniqueItems();
        listed.Should().Contain(["001 hub", "100 main", "300 outlet"]);
        (await _api.SendAsync("GET", "locations?cursor=eyJ4IjoxfQ")).Status.Should().Be(422);
    }

    [Fact]
    public async Task Units_at_a_location_that_is_not_sold_from_are_on_hand_and_not_available()
    {
        await DeclareAsync(sold: false);
        var sku = await _api.StockedAsync((_place, 5), ("main", 1));

        var stock = await _api.StockAsync(sku);
        var total = stock.GetProperty("total");
        (total.Number("onHand"), total.Number("available")).Should().Be((6, 1));
        (await _api.ReserveAsync((sku, 2))).Shortages.Should().Equal(new Shortage(sku, 2, 1));
        (await _api.SendAsync("POST", "holds", new { lines = new[] { new { sku, quantity = 2 } } }))
            .Kind.Should()
            .Be("out-of-stock");
        (await _api.GetAsync($"stock/{sku}/at/2099-01-01T00:00:00Z"))
            .List("locations")
            .Select(l => (l.Text("location"), l.Number("available")))
            .Should()
            .BeEquivalentTo([("main", 1L), (_place, 0L)]);

        // They are there all the same: they leave by adjustment and by transfer.
        await _api.DoAsync(
            $"stock/{sku}/adjustments",
            new
            {
                quantity = -1,
                reason = "scrapped",
                location = _place,
            }
        );
        await _api.DoAsync(
            "transfers",
            new
            {
                reference = sku,
                from = _place,
                to = "main",
                reason = "inspected",
                lines = new[] { new { sku, quantity = 4 } },
            }
        );
        await _api.DoAsync($"inbounds/{sku}/receipts", new { lines = new[] { new { sku, quantity = 4 } } });
        (await _api.ReserveAsync((sku, 5))).State.Should().Be(ReservationState.Allocated);
    }

    [Fact]
    public async Task A_reading_says_at_once_that_a_location_is_no_longer_sold_from()
    {
        await DeclareAsync();
        var sku = await _api.StockedAsync((_place, 5));
        (await AvailableAsync()).Should().Be(5);
        (await SendAsync("PATCH", new { sold = false })).Status.Should().Be(200);
        (await AvailableAsync()).Should().Be(0);

        async Task<long> AvailableAsync() => (await _api.StockAsync(sku)).GetProperty("total").Number("available");
    }

    [Fact]
    public async Task Who_waits_gets_the_units_when_their_location_is_sold_from()
    {
        await DeclareAsync(sold: false);
        var sku = await _api.ItemAsync(backorderLimit: 10);
        (await fixture.Database.ReserveAsync(InventoryDatabase.Waiting(sku, 3)))
            .State.Should()
            .Be(ReservationState.Backordered);
        await _api.DoAsync(
            $"stock/{sku}/receipts",
            new
            {
                quantity = 3,
                reason = "r",
                location = _place,
            }
        );
        (await FilledAsync(sku)).Should().Be(0, "the location is not sold from");

        (await SendAsync("PATCH", new { sold = true })).Status.Should().Be(200);
        (await FilledAsync(sku)).Should().Be(3);
    }

    private Task<long> FilledAsync(string sku) =>
        fixture.Database.NumberAsync($"select sum(filled)::bigint from backorders where sku = '{sku}'");

    private async Task DeclareAsync(bool sold = true) => (await SendAsync("PUT", new { sold })).Status.Should().Be(200);

    private async Task<(int Status, JsonElement Body, string? Tag)> SendAsync(
        string method,
        object? body,
        string? key = null,
        string? ifMatch = null
    )
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"locations/{Uri.EscapeDataString(_place)}")
        {
            Content = body is null ? null : JsonContent.Create(body),
        };
        if (method != "GET")
            request.Headers.Add("Idempotency-Key", key ?? Api.New());
        if (ifMatch is not null)
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        using var response = await _olga.SendAsync(request, TestContext.Current.CancellationToken);
        return (
            (int)response.StatusCode,
            await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken),
            response.Headers.ETag?.ToString()
        );
    }
}
