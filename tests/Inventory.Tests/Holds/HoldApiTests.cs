using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;

namespace DaprShop.Inventory.Tests.Holds;

/// <summary>
/// Holds and waitlists over HTTP, without actors: permissions, idempotency and rejected requests.
/// </summary>
public sealed class HoldApiTests(InventoryFixture fixture) : IClassFixture<InventoryFixture>, IAsyncLifetime
{
    private readonly HttpClient _olga = fixture.Service.As(Identity.Operator, "olga");
    private readonly HttpClient _ann = fixture.Service.As(Identity.Customer, "ann");
    private readonly HttpClient _bob = fixture.Service.As(Identity.Customer, "bob");
    private readonly string _sku = $"sku (&|)~ {Guid.CreateVersion7()}";

    private string Line => $"waitlist/{Uri.EscapeDataString(_sku)}";

    public async ValueTask InitializeAsync()
    {
        await OkAsync(
            _olga,
            "PUT",
            $"items/{Uri.EscapeDataString(_sku)}",
            new
            {
                name = "Cup",
                price = 1,
                maxPerCustomer = 50,
            }
        );
        await ReceiveAsync(5);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("POST", "holds")]
    [InlineData("POST", "holds/01980000-0000-7000-8000-000000000000/extend")]
    [InlineData("DELETE", "holds/01980000-0000-7000-8000-000000000000")]
    [InlineData("POST", "waitlist/cup")]
    [InlineData("DELETE", "waitlist/cup")]
    [InlineData("DELETE", "waitlist/offers/01980000-0000-7000-8000-000000000000")]
    public async Task G10_Every_change_needs_a_key(string method, string path) =>
        await IsProblemAsync(
            await SendAsync(
                _ann,
                method,
                path,
                method == "DELETE"
                    ? null
                    : new
                    {
                        lines = Lines(1),
                        minutes = 1,
                        quantity = 1,
                    },
                key: null
            ),
            400,
            "idempotency-key-missing"
        );

    [Fact]
    public async Task G10_A_repeated_request_gets_the_same_response_and_changes_no_stock()
    {
        var (key, body) = (New(), new { lines = Lines(2), minutes = 5 });
        var hold = await IdAsync(_ann, body);
        (string Method, string Path, object? Body)[] requests =
        [
            ("POST", "holds", body),
            ("POST", $"holds/{hold}/extend", new { minutes = 20 }),
            ("DELETE", $"holds/{hold}", null),
            ("POST", Line, new { quantity = 4 }),
            ("DELETE", $"waitlist/offers/OFFER", null),
        ];
        foreach (var (method, path, sent) in requests)
        {
            var to = path.Replace(
                "OFFER",
                path.Contains("OFFER", StringComparison.Ordinal) ? await OfferAsync(_ann) : "",
                StringComparison.Ordinal
            );
            using var first = await SendAsync(_ann, method, to, sent, key = New());
            var movements = await MovementsAsync();
            using var repeated = await SendAsync(_ann, method, to, sent, key);
            first.StatusCode.Should().Be(HttpStatusCode.OK, await first.Content.ReadAsStringAsync());
            (await repeated.Content.ReadAsStringAsync()).Should().Be(await first.Content.ReadAsStringAsync());
            (
                first.Headers.Contains(IdempotencyKey.ReplayedHeader),
                repeated.Headers.Contains(IdempotencyKey.ReplayedHeader)
            )
                .Should()
                .Be((false, true));
            (await MovementsAsync()).Should().Be(movements);
            await IsProblemAsync(
                await SendAsync(_ann, "POST", "holds", new { lines = Lines(1), minutes = 7 }, key),
                422,
                "idempotency-conflict"
            );
        }
    }

    [Fact]
    public async Task G10_A_key_belongs_to_its_customer_and_collides_with_none_of_another_customer_or_a_service()
    {
        var (order, body) = (Guid.CreateVersion7(), new { lines = Lines(1) });
        var shipment = $"shipment:{order}";
        using var anns = await SendAsync(_ann, "POST", "holds", body, shipment);
        using var bobs = await SendAsync(_bob, "POST", "holds", body, shipment);
        ((int)anns.StatusCode, (int)bobs.StatusCode, bobs.Headers.Contains(IdempotencyKey.ReplayedHeader))
            .Should()
            .Be((200, 200, false));
        (await anns.Content.ReadFromJsonAsync<JsonElement>())
            .GetProperty("id")
            .GetGuid()
            .Should()
            .NotBe((await bobs.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid());

        await OkAsync(
            _olga,
            "POST",
            "reservations",
            new ReserveRequest([new ReserveOrder(order, [new OrderedUnits(_sku, 1)])])
        );
        (await OkAsync(_olga, "POST", "reservations/ship", new ShipRequest(shipment, order)))
            .GetProperty("lines")
            .GetArrayLength()
            .Should()
            .Be(1);
    }

    [Fact]
    public async Task G08_A_hold_is_its_customers_and_operators_see_and_end_all()
    {
        var hold = await IdAsync(_ann, new { lines = Lines(2) });
        var seen = await ReadAsync(_ann, $"holds/{hold}");
        (seen.GetProperty("state").GetString(), seen.GetProperty("lines")[0].GetProperty("quantity").GetInt64())
            .Should()
            .Be(("active", 2));
        (seen.GetProperty("expiresAt").GetDateTimeOffset() - TimeProvider.System.GetUtcNow())
            .Should()
            .BeCloseTo(TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(30));
        await IsProblemAsync(await _bob.GetAsync($"holds/{hold}"), 404, "not-found");
        await IsProblemAsync(
            await SendAsync(_bob, "POST", $"holds/{hold}/extend", new { minutes = 5 }),
            404,
            "not-found"
        );
        await IsProblemAsync(await SendAsync(_bob, "DELETE", $"holds/{hold}"), 404, "not-found");
        await IsProblemAsync(
            await SendAsync(_bob, "POST", "holds", new { lines = Lines(1), customer = "ann" }),
            422,
            "invalid"
        );

        var given = await IdAsync(_olga, new { lines = Lines(1), customer = "bob" });
        (await ReadAsync(_bob, $"holds/{given}")).GetProperty("state").GetString().Should().Be("active");
        await ReadAsync(_olga, $"holds/{hold}");
        await OkAsync(_olga, "DELETE", $"holds/{hold}");
        await IsProblemAsync(await SendAsync(_ann, "DELETE", $"holds/{hold}"), 409, "already-ended");
        await IsProblemAsync(
            await SendAsync(_ann, "POST", $"holds/{hold}/extend", new { minutes = 5 }),
            409,
            "already-ended"
        );
    }

    [Fact]
    public async Task G08_A_released_hold_is_everybodys_within_a_second()
    {
        var hold = await IdAsync(_ann, new { lines = Lines(5) });
        await IsProblemAsync(await SendAsync(_bob, "POST", "holds", new { lines = Lines(1) }), 409, "out-of-stock");
        var started = Stopwatch.GetTimestamp();
        await OkAsync(_ann, "DELETE", $"holds/{hold}");
        await IdAsync(_bob, new { lines = Lines(5) });
        Stopwatch.GetElapsedTime(started).Should().BeLessThan(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_hold_that_is_not_possible_is_rejected_with_the_reason()
    {
        object[] invalid =
        [
            new { lines = Array.Empty<object>() },
            new { lines = new object?[] { null } },
            new { lines = Lines(0) },
            new { lines = Lines(-1) },
            new { lines = Lines(10_000_001) },
            new { lines = Lines(1), minutes = 0 },
            new { lines = Lines(1), minutes = 61 },
            new { lines = Enumerable.Range(0, 101).SelectMany(_ => Lines(1)) },
        ];
        foreach (var body in invalid)
            await IsProblemAsync(await SendAsync(_ann, "POST", "holds", body), 422, "invalid");
        await IsProblemAsync(
            await SendAsync(_ann, "POST", "holds", new { lines = new[] { new { sku = "unheard-of", quantity = 1 } } }),
            404,
            "unknown-sku"
        );
        await IsProblemAsync(
            await SendAsync(_ann, "POST", "holds", new { lines = new[] { new { sku = "delivery", quantity = 1 } } }),
            422,
            "never-stocked"
        );
        await IsProblemAsync(
            await SendAsync(_ann, "POST", "holds", new { lines = new[] { new { sku = (string?)null, quantity = 1 } } }),
            400,
            "invalid-body"
        );
        await IsProblemAsync(await SendAsync(_ann, "POST", "holds", new { lines = Lines(51) }), 409, "limit-exceeded");
        await IsProblemAsync(await SendAsync(_ann, "POST", "holds", new { }), 400, "invalid-body");
        await IsProblemAsync(
            await SendAsync(_ann, "POST", $"holds/{New()}/extend", new { minutes = 61 }),
            422,
            "invalid"
        );
        await IsProblemAsync(
            await SendAsync(_ann, "POST", $"holds/{New()}/extend", new { minutes = 6 }),
            404,
            "not-found"
        );
        await IsProblemAsync(await _ann.GetAsync($"holds/{New()}"), 404, "not-found");
        await IsProblemAsync(
            await SendAsync(fixture.Service.As("guest"), "POST", "holds", new { lines = Lines(1) }),
            403,
            "forbidden"
        );
    }

    [Fact]
    public async Task N3_The_line_is_joined_offered_declined_and_left_though_no_actor_answers()
    {
        var hold = await IdAsync(_olga, new { lines = Lines(5) });
        (await OkAsync(_ann, "POST", Line, new { quantity = 2 })).GetProperty("position").GetInt32().Should().Be(1);
        (await OkAsync(_bob, "POST", Line, new { quantity = 2 })).GetProperty("position").GetInt32().Should().Be(2);
        await IsProblemAsync(await SendAsync(_bob, "POST", Line, new { quantity = 1 }), 409, "already-exists");
        await OkAsync(_olga, "DELETE", $"holds/{hold}");

        var offer = (await ReadAsync(_ann, "waitlist/offers"))
            .GetProperty("items")
            .EnumerateArray()
            .Single(o => o.GetProperty("sku").GetString() == _sku);
        offer.GetProperty("quantity").GetInt32().Should().Be(2);
        var claim = $"internal/holds/{offer.GetProperty("id")}/claim";
        await IsProblemAsync(await SendAsync(_olga, "POST", claim, Claim("bob")), 404, "not-found");
        var claimed = await OkAsync(_olga, "POST", claim, Claim("ann"));
        (
            claimed.GetProperty("customer").GetString(),
            claimed.GetProperty("lines")[0].GetProperty("quantity").GetInt32()
        )
            .Should()
            .Be(("ann", 2));
        await IsProblemAsync(await SendAsync(_ann, "DELETE", Line), 409, "already-ended");
        await IsProblemAsync(
            await SendAsync(_bob, "DELETE", $"waitlist/offers/{offer.GetProperty("id")}"),
            404,
            "not-found"
        );
        await IsProblemAsync(
            await SendAsync(_ann, "DELETE", $"waitlist/offers/{offer.GetProperty("id")}"),
            409,
            "hold-in-use"
        );
        await fixture.Database.ReleaseAsync(claimed.GetProperty("orderId").GetGuid());
        await OkAsync(_ann, "DELETE", $"waitlist/offers/{offer.GetProperty("id")}");
        (await OkAsync(_olga, "POST", claim, Claim("ann")))
            .ToString()
            .Should()
            .Be(claimed.ToString(), "a repeated request gets the same response");
        await IsProblemAsync(await SendAsync(_ann, "DELETE", Line), 404, "not-found");

        await IdAsync(_olga, new { lines = Lines(3) });
        await OkAsync(_ann, "POST", Line, new { quantity = 1 });
        await OkAsync(_ann, "DELETE", Line);
        await IsProblemAsync(await SendAsync(_ann, "DELETE", Line), 404, "not-found");
    }

    [Fact]
    public async Task A_waitlist_request_that_is_not_possible_is_rejected_with_the_reason()
    {
        foreach (var quantity in (int[])[0, -1, 10_000_001])
            await IsProblemAsync(await SendAsync(_ann, "POST", Line, new { quantity }), 422, "invalid");
        await IsProblemAsync(await SendAsync(_ann, "POST", Line, new { quantity = 51 }), 409, "limit-exceeded");
        await IsProblemAsync(
            await SendAsync(_ann, "POST", "waitlist/unheard-of", new { quantity = 1 }),
            404,
            "unknown-sku"
        );
        await IsProblemAsync(
            await SendAsync(_ann, "POST", "waitlist/delivery", new { quantity = 1 }),
            422,
            "never-stocked"
        );
        await IsProblemAsync(await SendAsync(_ann, "DELETE", "waitlist/unheard-of"), 404, "not-found");
        await IsProblemAsync(
            await SendAsync(
                _ann,
                "POST",
                $"internal/holds/{await IdAsync(_ann, new { lines = Lines(1) })}/claim",
                Claim(null)
            ),
            404,
            "not-found"
        );
        await IsProblemAsync(
            await SendAsync(fixture.Service.As("guest"), "POST", Line, new { quantity = 1 }),
            403,
            "forbidden"
        );
    }

    private static ClaimHoldRequest Claim(string? customer) =>
        new(Guid.CreateVersion7(), customer, "accepted", OfferOnly: true);

    private object[] Lines(int quantity) => [new { sku = _sku, quantity }];

    private Task<JsonElement> ReceiveAsync(int quantity) =>
        OkAsync(_olga, "POST", $"stock/{Uri.EscapeDataString(_sku)}/receipts", new { quantity, reason = "opening" });

    private Task<long> MovementsAsync() =>
        fixture.Database.NumberAsync($"select count(*) from movements where sku = '{_sku}'");

    private async Task<string> OfferAsync(HttpClient caller) =>
        (await ReadAsync(caller, "waitlist/offers"))
            .GetProperty("items")
            .EnumerateArray()
            .Single(o => o.GetProperty("sku").GetString() == _sku)
            .GetProperty("id")
            .GetString()!;

    private static async Task<Guid> IdAsync(HttpClient caller, object hold) =>
        (await OkAsync(caller, "POST", "holds", hold)).GetProperty("id").GetGuid();

    private static async Task<JsonElement> ReadAsync(HttpClient caller, string path) =>
        await caller.GetFromJsonAsync<JsonElement>(path);

    private static async Task<JsonElement> OkAsync(HttpClient caller, string method, string path, object? body = null)
    {
        using var response = await SendAsync(caller, method, path, body);
        response.StatusCode.Should().Be(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
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
            Content = body is null ? null : JsonContent.Create(body, options: Api.Json),
        };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return await caller.SendAsync(request);
    }

    private static async Task IsProblemAsync(HttpResponseMessage response, int status, string kind)
    {
        var body = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).Should().Be(status, body);
        JsonElement.Parse(body).GetProperty("type").GetString().Should().EndWith($":{kind}");
        response.Dispose();
    }
}
