using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;

namespace DaprShop.Inventory.Tests.Stock;

/// <summary>Who may move stock, and what is no movement.</summary>
public sealed class ApiTests(InventoryFixture fixture) : IClassFixture<InventoryFixture>
{
    private readonly HttpClient _olga = fixture.Service.As(Identity.Operator, "olga");

    [Theory]
    [InlineData("PUT", "items/cup")]
    [InlineData("POST", "stock/cup/receipts")]
    [InlineData("POST", "stock/cup/adjustments")]
    [InlineData("POST", "stock/returns")]
    [InlineData("GET", "stock/cup/movements")]
    public async Task Only_operators_move_stock_and_see_its_movements(string method, string path) =>
        await IsProblemAsync(
            await SendAsync(
                fixture.Service.As(Identity.Customer),
                method,
                path,
                new
                {
                    name = "Cup",
                    price = 1,
                    quantity = 1,
                    reason = "r",
                }
            ),
            403,
            "forbidden"
        );

    [Theory]
    [InlineData("stock?skus=cup", "unknown-parameter", "'skus'")]
    [InlineData("stock/cup?minVersion=1&minVersion=2", "duplicate-parameter", "'minVersion'")]
    [InlineData("stock/cup?minversoin=1", "unknown-parameter", "Allowed: location, minVersion.")]
    [InlineData("stock/cup/movements?form=2026-11-30T00:00:00Z", "unknown-parameter", "'form'")]
    public async Task A_query_parameter_that_is_unknown_or_given_twice_is_refused_by_name(
        string path,
        string kind,
        string named
    )
    {
        using var response = await _olga.GetAsync(path, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        text.Should().Contain(kind).And.Contain(named);
        ((int)response.StatusCode).Should().Be(400);
    }

    [Theory]
    [InlineData("GET", "stock/cup/at/2026-11-30T12:00:00", null)]
    [InlineData("GET", "stock/cup/at/05-06-2026", null)]
    [InlineData("GET", "stock/cup/movements?from=2026-11-30", null)]
    [InlineData("POST", "inbounds", "2026-11-30T12:00:00")]
    [InlineData("POST", "inbounds", "05/06/2026")]
    public async Task A_time_without_its_offset_is_refused_in_a_path_a_query_and_a_body(
        string method,
        string path,
        string? expectedAt
    )
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
        if (expectedAt is not null)
            request.Content = JsonContent.Create(
                new
                {
                    reference = "late",
                    expectedAt,
                    lines = new[] { new { sku = "cup", quantity = 1 } },
                }
            );
        using var response = await _olga.SendAsync(request, TestContext.Current.CancellationToken);
        ((int)response.StatusCode).Should().Be(400);
        (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))
            .Should()
            .Contain("an RFC 3339 time with its offset from UTC");
    }

    [Fact]
    public async Task A_member_that_is_unknown_or_given_twice_is_refused_by_name()
    {
        foreach (
            var (body, named) in new[]
            {
                ("""{"quantity":1,"quantity":100,"reason":"twice"}""", "'quantity' is given twice in the body."),
                (
                    """{"quantity":1,"reason":"r","loaction":"back"}""",
                    "'loaction' is not a member of the body. Allowed: quantity, reason, location, unavailable."
                ),
            }
        )
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "stock/cup/receipts")
            {
                Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json"),
            };
            request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
            using var response = await _olga.SendAsync(request, TestContext.Current.CancellationToken);
            var problem = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
            problem.GetProperty("detail").GetString().Should().Be(named);
        }
    }

    [Fact]
    public async Task A_body_on_a_route_that_takes_none_is_refused()
    {
        var answers = await _olga.AnswersToBodiesAsync(TestContext.Current.CancellationToken);
        answers.Should().ContainKeys("DELETE /holds/{id}", "DELETE /waitlist/offers/{id}");
        answers.Where(a => a.Value.Length > 0).Should().BeEmpty();
    }

    [Theory]
    [InlineData("stock")]
    [InlineData("stock/cup")]
    public async Task Guests_see_nothing(string path) =>
        await IsProblemAsync(await SendAsync(fixture.Service.As("guest"), "GET", path), 403, "forbidden");

    [Theory]
    [InlineData("stock/unheard-of/receipts", 1, "reason", 404, "unknown-sku")]
    [InlineData("stock/delivery/receipts", 1, "reason", 422, "never-stocked")]
    [InlineData("stock/cup/receipts", 0, "reason", 422, "invalid")]
    [InlineData("stock/cup/receipts", -1, "reason", 422, "invalid")]
    [InlineData("stock/cup/receipts", 10_000_001, "reason", 422, "invalid")]
    [InlineData("stock/cup/receipts", 1, "", 422, "invalid")]
    [InlineData("stock/cup/adjustments", 0, "reason", 422, "invalid")]
    [InlineData("stock/cup/adjustments", -10_000_001, "reason", 422, "invalid")]
    [InlineData("stock/cup/adjustments", -1_000_000, "reason", 409, "out-of-stock")]
    public async Task A_stock_change_that_is_not_possible_is_rejected_with_the_reason(
        string path,
        int quantity,
        string reason,
        int status,
        string kind
    ) => await IsProblemAsync(await SendAsync(_olga, "POST", path, new { quantity, reason }), status, kind);

    [Theory]
    [InlineData("PUT", "items/cup")]
    [InlineData("POST", "stock/cup/receipts")]
    public async Task Every_change_needs_a_key(string method, string path) =>
        await IsProblemAsync(
            await SendAsync(
                _olga,
                method,
                path,
                new
                {
                    name = "Cup",
                    price = 1,
                    quantity = 1,
                    reason = "r",
                },
                key: null
            ),
            400,
            "idempotency-key-missing"
        );

    [Fact]
    public async Task A_key_identifies_one_stock_change_with_one_body_on_one_route()
    {
        var key = New();
        using var first = await SendAsync(_olga, "POST", "stock/cup/receipts", new { quantity = 2, reason = "r" }, key);
        using var again = await SendAsync(_olga, "POST", "stock/cup/receipts", new { quantity = 2, reason = "r" }, key);
        (await again.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))
            .Should()
            .Be(await first.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        (first.Headers.Contains(IdempotencyKey.ReplayedHeader), again.Headers.Contains(IdempotencyKey.ReplayedHeader))
            .Should()
            .Be((false, true));
        await IsProblemAsync(
            await SendAsync(_olga, "POST", "stock/cup/receipts", new { quantity = 3, reason = "r" }, key),
            422,
            "idempotency-conflict"
        );
        await IsProblemAsync(
            await SendAsync(_olga, "POST", "stock/cup/adjustments", new { quantity = 2, reason = "r" }, key),
            422,
            "idempotency-conflict"
        );
        await IsProblemAsync(
            await SendAsync(
                fixture.Service.As(Identity.Operator, "otto"),
                "POST",
                "stock/cup/receipts",
                new { quantity = 2, reason = "r" },
                key
            ),
            422,
            "idempotency-conflict"
        );
    }

    [Fact]
    public async Task Returned_lines_of_one_SKU_become_one_movement_and_a_reference_is_returned_once()
    {
        var reference = New();
        var lines = new[] { new { sku = "cup", quantity = 1 }, new { sku = "cup", quantity = 2 } };
        using var returned = await SendAsync(_olga, "POST", "stock/returns", new { reference, lines });
        returned.StatusCode.Should().Be(HttpStatusCode.OK);
        (await fixture.Database.NumberAsync($"select sum(quantity)::bigint from movements where cause = '{reference}'"))
            .Should()
            .Be(3);

        await IsProblemAsync(
            await SendAsync(_olga, "POST", "stock/returns", new { reference, lines }),
            409,
            "already-returned"
        );
    }

    [Fact]
    public async Task A_return_of_nothing_or_too_much_is_refused()
    {
        foreach (
            var lines in new object?[][]
            {
                [],
                [null],
                [.. Enumerable.Repeat(new { sku = "cup", quantity = 1 }, 2_001)],
                [.. Enumerable.Repeat(new { sku = "cup", quantity = 10_000_000 }, 215)],
                [
                    new
                    {
                        sku = "cup",
                        quantity = 1,
                        location = "",
                    },
                ],
            }
        )
            await IsProblemAsync(
                await SendAsync(_olga, "POST", "stock/returns", new { reference = New(), lines }),
                422,
                "invalid"
            );
        await IsProblemAsync(
            await SendAsync(
                _olga,
                "POST",
                "stock/returns",
                new { reference = "", lines = new[] { new { sku = "cup", quantity = 1 } } }
            ),
            422,
            "invalid"
        );
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("Cup", -1)]
    [InlineData("Cup", 1_000_001)]
    [InlineData("Cup", 0.00001)]
    public async Task An_item_has_a_name_and_a_price(string name, double price) =>
        await IsProblemAsync(await SendAsync(_olga, "PUT", "items/cup", new { name, price }), 422, "invalid");

    [Fact]
    public async Task Text_that_no_database_can_hold_is_refused()
    {
        await IsProblemAsync(
            await SendAsync(_olga, "PUT", "items/cup", new { name = "Cu\0p", price = 1 }),
            400,
            "invalid-body"
        );
        await IsProblemAsync(
            await SendAsync(_olga, "POST", "stock/cup/receipts", new { quantity = 1, reason = "be\0cause" }),
            400,
            "invalid-body"
        );
        await IsProblemAsync(await SendAsync(_olga, "GET", "stock?sku=cu%00p"), 400, "invalid-parameter");
        await IsProblemAsync(await SendAsync(_olga, "GET", "stock?cursor=%00"), 400, "bad-request");
        await IsProblemAsync(
            await SendAsync(_olga, "GET", "stock/cup/movements?location=%00"),
            400,
            "invalid-parameter"
        );
    }

    [Fact]
    public async Task The_description_of_the_API_says_that_a_name_is_text()
    {
        var document = await _olga.GetFromJsonAsync<JsonElement>(
            "openapi/v1.json",
            TestContext.Current.CancellationToken
        );
        document
            .GetProperty("components")
            .GetProperty("schemas")
            .EnumerateObject()
            .Where(s => s.Value.TryGetProperty("properties", out _))
            .SelectMany(s => s.Value.GetProperty("properties").EnumerateObject())
            .Where(p => p.Name == "name")
            .Select(p => p.Value.GetProperty("type").GetString())
            .Should()
            .NotBeEmpty()
            .And.OnlyContain(type => type == "string");
    }

    [Fact]
    public async Task G42_The_description_of_the_API_says_what_every_success_looks_like() =>
        (await _olga.UndescribedSuccessesAsync(TestContext.Current.CancellationToken)).Should().BeEmpty();

    [Fact]
    public async Task A_sku_has_sixty_four_characters_at_most() =>
        await IsProblemAsync(
            await SendAsync(_olga, "PUT", $"items/{new string('s', 65)}", new { name = "Long", price = 1 }),
            422,
            "invalid"
        );

    [Fact]
    public async Task A_key_identifies_one_change_of_one_item_and_a_late_repetition_changes_nothing()
    {
        var (key, sku) = (New(), New());
        using var first = await SendAsync(_olga, "PUT", $"items/{sku}", new { name = "Tray", price = 1 }, key);
        using var later = await SendAsync(_olga, "PATCH", $"items/{sku}", new { price = 2 });
        using var again = await SendAsync(_olga, "PUT", $"items/{sku}", new { name = "Tray", price = 1 }, key);
        again.Headers.Contains(IdempotencyKey.ReplayedHeader).Should().BeTrue();
        (await fixture.Database.NumberAsync($"select price::bigint from items where sku = '{sku}'")).Should().Be(2);
        await IsProblemAsync(
            await SendAsync(_olga, "PUT", $"items/{sku}", new { name = "Tray", price = 3 }, key),
            422,
            "idempotency-conflict"
        );
    }

    [Fact]
    public async Task Of_two_concurrent_changes_with_one_key_the_second_is_rejected()
    {
        var key = New();
        await using var rival = await Rival.BeginAsync(
            fixture.Database.Names.App,
            $"insert into idempotency_keys values ('', '{key}', 'other', '{{}}')"
        );
        var changing = SendAsync(_olga, "PUT", $"items/{New()}", new { name = "Tray", price = 1 }, key);
        await rival.IsWaitedForAsync();
        await rival.CommitAsync();
        await IsProblemAsync(await changing, 422, "idempotency-conflict");
    }

    [Fact]
    public async Task An_item_that_is_never_stocked_cannot_be_reserved()
    {
        var order = Guid.CreateVersion7();
        using var response = await _olga.PostAsJsonAsync(
            "reservations",
            new ReserveRequest([new ReserveOrder(order, [new OrderedUnits("delivery", 3)])]),
            Api.Json,
            TestContext.Current.CancellationToken
        );
        (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))
            .Should()
            .Contain("\"allocated\"");
        (await fixture.Database.NumberAsync($"select count(*) from allocations where order_id = '{order}'"))
            .Should()
            .Be(0);
    }

    private static string New() => Guid.CreateVersion7().ToString();

    private static Task<HttpResponseMessage> SendAsync(
        HttpClient caller,
        string method,
        string path,
        object? body = null
    ) => SendAsync(caller, method, path, body, New());

    private static async Task<HttpResponseMessage> SendAsync(
        HttpClient caller,
        string method,
        string path,
        object? body,
        string? key
    )
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path)
        {
            Content = method == "GET" ? null : JsonContent.Create(body),
        };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return await caller.SendAsync(request);
    }

    private static async Task IsProblemAsync(HttpResponseMessage response, int status, string kind)
    {
        ((int)response.StatusCode).Should().Be(status);
        (await response.Content.ReadFromJsonAsync<JsonElement>())
            .GetProperty("type")
            .GetString()
            .Should()
            .EndWith($":{kind}");
        response.Dispose();
    }
}
