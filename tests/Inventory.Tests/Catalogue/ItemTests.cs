using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;

namespace DaprShop.Inventory.Tests.Catalogue;

/// <summary>Items as a resource: read, listed, created, changed in part or as a whole, and taken off sale.</summary>
public sealed class ItemTests(InventoryFixture fixture) : IClassFixture<InventoryFixture>
{
    private readonly HttpClient _olga = fixture.Service.As(Identity.Operator, "olga");
    private readonly HttpClient _ann = fixture.Service.As(Identity.Customer, "ann");
    private readonly string _sku = New();

    [Fact]
    public async Task A_new_item_may_leave_its_rules_out_and_is_read_with_all_of_them_and_its_ETag()
    {
        var (_, created, tag) = await SendAsync("PUT", new { name = "Tray", price = 2.5 });
        tag.Should().Be("\"1\"");
        var (status, read, again) = await SendAsync("GET", null, caller: _ann);

        (status, again, read.ToString()).Should().Be((200, tag, created.ToString()));
        read.ToString()
            .Should()
            .Be(
                $$"""{"sku":"{{_sku}}","name":"Tray","price":2.5,"stocked":true,"backorderLimit":0,"maxPerCustomer":null,"""
                    + """ "lowStockAt":null,"onSale":true}""".TrimStart()
            );
    }

    [Fact]
    public async Task A_PUT_of_an_item_that_exists_states_every_rule_or_is_refused_and_changes_nothing()
    {
        await SendAsync(
            "PUT",
            new
            {
                name = "Delivery",
                price = 3,
                stocked = false,
                maxPerCustomer = 4,
            }
        );

        var (status, problem, _) = await SendAsync(
            "PUT",
            new
            {
                name = "Delivery",
                price = 5,
                stocked = false,
            }
        );
        (status, problem.GetProperty("type").GetString(), problem.GetProperty("missing").ToString())
            .Should()
            .Be(
                (
                    422,
                    "urn:daprshop:problem:rules-left-out",
                    """["backorderLimit","maxPerCustomer","lowStockAt","onSale"]"""
                )
            );
        (await SendAsync("GET", null)).Body.GetProperty("price").GetDecimal().Should().Be(3);

        var (ok, changed, tag) = await SendAsync("PUT", Whole(price: 5));
        (ok, changed.GetProperty("price").GetDecimal(), tag).Should().Be((200, 5m, "\"2\""));
        changed.GetProperty("maxPerCustomer").ValueKind.Should().Be(JsonValueKind.Null, "the body says so");
    }

    [Fact]
    public async Task A_PATCH_changes_what_it_states_and_nothing_else()
    {
        await SendAsync(
            "PUT",
            new
            {
                name = "Tray",
                price = 2,
                maxPerCustomer = 4,
                lowStockAt = 3,
                backorderLimit = 7,
            }
        );

        var (status, changed, tag) = await SendAsync("PATCH", new { price = 2.25, lowStockAt = (int?)null });

        (status, tag).Should().Be((200, "\"2\""));
        changed
            .ToString()
            .Should()
            .Contain("\"price\":2.25,\"stocked\":true,\"backorderLimit\":7,\"maxPerCustomer\":4,\"lowStockAt\":null");
        (await SendAsync("PATCH", new { price = 2.25 })).ETag.Should().Be("\"2\"", "nothing has changed");
    }

    [Fact]
    public async Task A_reading_of_the_stock_has_a_new_price_at_once()
    {
        await SendAsync("PUT", new { name = "Tray", price = 2.5 });
        (await PriceAsync()).Should().Be(2.5m);
        (await SendAsync("PATCH", new { price = 2.25 })).Status.Should().Be(200);
        (await PriceAsync()).Should().Be(2.25m);

        async Task<decimal> PriceAsync() =>
            (await SendAsync("GET", null, path: $"stock/{_sku}")).Body.GetProperty("price").GetDecimal();
    }

    [Fact]
    public async Task A_change_that_is_not_possible_is_refused_with_the_reason()
    {
        (await SendAsync("PATCH", new { price = 1 })).Status.Should().Be(404);
        (await SendAsync("GET", null)).Status.Should().Be(404);
        await SendAsync("PUT", new { name = "Tray", price = 2 });
        foreach (
            var body in new object[]
            {
                new { },
                new { name = (string?)null },
                new { price = (decimal?)null },
                new { price = -1 },
                new { maxPerCustomer = 0 },
                new { name = "" },
            }
        )
            (await SendAsync("PATCH", body)).Status.Should().BeOneOf([400, 422], JsonSerializer.Serialize(body));
        (await SendAsync("GET", null)).ETag.Should().Be("\"1\"");
    }

    [Fact]
    public async Task If_Match_guards_a_change_against_one_that_came_before()
    {
        var (_, _, first) = await SendAsync("PUT", new { name = "Tray", price = 2 });
        await SendAsync("PATCH", new { price = 3 }, ifMatch: first);

        var (status, problem, _) = await SendAsync("PATCH", new { price = 4 }, ifMatch: first);
        (status, problem.GetProperty("type").GetString(), problem.GetProperty("etag").GetString())
            .Should()
            .Be((412, "urn:daprshop:problem:item-changed", "\"2\""));
        (await SendAsync("PUT", Whole(price: 4), ifMatch: first)).Status.Should().Be(412);
        (await SendAsync("PUT", Whole(price: 4), ifMatch: "\"1\", \"2\"")).Status.Should().Be(200);
        (await SendAsync("PUT", Whole(price: 5), ifMatch: "*")).Status.Should().Be(200);
        (await SendAsync("PUT", Whole(price: 5), ifMatch: "*", sku: New())).Status.Should().Be(412, "there is none");
    }

    [Fact]
    public async Task A_repeated_change_gets_the_same_answer_and_ETag_and_changes_nothing()
    {
        await SendAsync("PUT", new { name = "Tray", price = 2 });
        var key = New();
        var first = await SendAsync("PATCH", new { price = 3 }, key: key);
        await SendAsync("PATCH", new { price = 4 });
        var again = await SendAsync("PATCH", new { price = 3 }, key: key);

        (again.Status, again.ETag, again.Body.ToString()).Should().Be((200, first.ETag, first.Body.ToString()));
        (await SendAsync("GET", null)).Body.GetProperty("price").GetDecimal().Should().Be(4);
        (await SendAsync("PATCH", new { price = 5 }, key: key)).Status.Should().Be(422, "the key is taken");
    }

    [Fact]
    public async Task Of_many_concurrent_changes_with_one_ETag_one_wins()
    {
        var (_, _, tag) = await SendAsync("PUT", new { name = "Tray", price = 2 });
        var changes = await Task.WhenAll(
            Enumerable.Range(1, 8).Select(price => SendAsync("PATCH", new { price = price * 10 }, ifMatch: tag))
        );
        changes.Select(c => c.Status).Order().Should().Equal([200, .. Enumerable.Repeat(412, 7)]);
    }

    [Fact]
    public async Task Items_are_listed_and_searched_in_pages_by_SKU()
    {
        var word = New();
        foreach (var suffix in new[] { "b", "a", "c" })
            await SendAsync("PUT", new { name = $"50% {word}_{suffix}", price = 1 }, sku: $"{_sku}-{suffix}");

        var first = await ListAsync($"items?search={word.ToUpperInvariant()}&limit=2");
        first.Skus.Should().Equal($"{_sku}-a", $"{_sku}-b");
        var second = await ListAsync($"items?search={word}&limit=2&cursor={first.Cursor}");
        (second.Skus.Single(), second.Cursor).Should().Be(($"{_sku}-c", null));
        (await ListAsync($"items?search={_sku}-B")).Skus.Should().Equal([$"{_sku}-b"], "SKUs are searched too");
        (await ListAsync($"items?search={Uri.EscapeDataString($"50% {word}_a")}")).Skus.Should().ContainSingle();
        (await ListAsync($"items?search={word}{Uri.EscapeDataString("%a")}")).Skus.Should().BeEmpty("% is no wildcard");
        foreach (var query in new[] { "cursor=!", "limit=0", "limit=501", "search=" })
        {
            using var refused = await _ann.GetAsync($"items?{query}", TestContext.Current.CancellationToken);
            ((int)refused.StatusCode).Should().Be(422, query);
        }
    }

    [Fact]
    public async Task Of_an_item_off_sale_nothing_new_is_promised_and_what_was_promised_stays()
    {
        var api = new Api(_olga, fixture.Database);
        await SendAsync("PUT", new { name = "Tray", price = 2 });
        await api.DoAsync($"stock/{_sku}/receipts", new { quantity = 5, reason = "test" });
        var hold = new { lines = new[] { new { sku = _sku, quantity = 1 } } };
        await api.DoAsync("holds", hold);
        await SendAsync("PATCH", new { onSale = false });

        foreach (
            var (path, body) in new (string, object)[] { ("holds", hold), ($"waitlist/{_sku}", new { quantity = 1 }) }
        )
        {
            var (status, problem, _) = await SendAsync("POST", body, path: path, caller: _ann);
            (status, problem.GetProperty("detail").GetString())
                .Should()
                .Be((409, $"'{_sku}' is not on sale at present."));
        }

        await api.ReserveAsync((_sku, 2));
        (await fixture.Database.NumberAsync($"select allocated + held from levels where sku = '{_sku}'"))
            .Should()
            .Be(3, "an accepted order and a hold stand");
    }

    [Fact]
    public async Task Who_waits_is_served_when_the_limit_is_raised_or_the_item_is_on_sale_again()
    {
        var api = new Api(_olga, fixture.Database);
        await SendAsync(
            "PUT",
            new
            {
                name = "Tray",
                price = 2,
                maxPerCustomer = 1,
            }
        );
        await SendAsync("POST", new { quantity = 1 }, path: $"waitlist/{_sku}", caller: _ann);
        await SendAsync("PATCH", new { onSale = false });
        await api.DoAsync($"stock/{_sku}/receipts", new { quantity = 5, reason = "test" });
        (await HeldAsync()).Should().Be(0);

        await SendAsync("PATCH", new { onSale = true });

        (await HeldAsync()).Should().Be(1);

        Task<long> HeldAsync() => fixture.Database.NumberAsync($"select held from levels where sku = '{_sku}'");
    }

    private static object Whole(decimal price) =>
        new
        {
            name = "Tray",
            price,
            stocked = true,
            backorderLimit = 0,
            maxPerCustomer = (int?)null,
            lowStockAt = (int?)null,
            onSale = true,
        };

    private async Task<(List<string?> Skus, string? Cursor)> ListAsync(string path)
    {
        var page = await _ann.GetFromJsonAsync<JsonElement>(path, TestContext.Current.CancellationToken);
        return (
            [.. page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("sku").GetString())],
            page.GetProperty("cursor").GetString()
        );
    }

    private async Task<(int Status, JsonElement Body, string? ETag)> SendAsync(
        string method,
        object? body,
        string? ifMatch = null,
        string? key = null,
        string? sku = null,
        string? path = null,
        HttpClient? caller = null
    )
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path ?? $"items/{sku ?? _sku}");
        request.Headers.Add("Idempotency-Key", key ?? New());
        if (ifMatch is not null)
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        if (body is not null)
            request.Content = JsonContent.Create(body);
        using var answer = await (caller ?? _olga).SendAsync(request, TestContext.Current.CancellationToken);
        return (
            (int)answer.StatusCode,
            await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken),
            answer.Headers.ETag?.ToString()
        );
    }

    private static string New() => Guid.CreateVersion7().ToString();
}
