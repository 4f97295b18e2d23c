using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;

namespace DaprShop.Orders.Tests;

/// <summary>The orders API: permissions, validation and limits.</summary>
public sealed class ApiTests(OrdersFixture fixture) : IClassFixture<OrdersFixture>
{
    private readonly HttpClient _alice = fixture.Service.As(Identity.Customer, "alice");
    private readonly HttpClient _bob = fixture.Service.As(Identity.Customer, "bob");
    private readonly HttpClient _olga = fixture.Service.As(Identity.Operator, "olga");

    [Fact]
    public async Task An_order_needs_a_key_and_its_repetition_is_marked_as_replayed()
    {
        await IsProblemAsync(await PlaceAsync(_alice, null), 400, "idempotency-key-missing");
        await IsProblemAsync(
            await PlaceAsync(_alice, new string('k', IdempotencyKey.MaxLength + 1)),
            400,
            "idempotency-key-invalid"
        );
        var key = New();
        using var first = await PlaceAsync(_alice, key);
        using var again = await PlaceAsync(_alice, key);
        (first.StatusCode, again.StatusCode).Should().Be((HttpStatusCode.Accepted, HttpStatusCode.Accepted));
        (first.Headers.Contains(IdempotencyKey.ReplayedHeader), again.Headers.Contains(IdempotencyKey.ReplayedHeader))
            .Should()
            .Be((false, true));
        await IsProblemAsync(await PlaceAsync(_alice, key, quantity: 2), 422, "idempotency-conflict");
    }

    [Fact]
    public async Task Invalid_and_unknown_values_are_rejected()
    {
        await IsProblemAsync(await PlaceAsync(_alice, New(), quantity: 0), 422, "invalid");
        await IsProblemAsync(await PlaceAsync(_alice, New(), sku: "unheard-of"), 422, "unknown-sku");
        await IsProblemAsync(await PlaceAsync(_alice, New(), customer: "bob"), 422, "invalid");
        await IsProblemAsync(await PlaceAsync(fixture.Service.CreateClient(), New()), 401, "unauthenticated");
        await IsProblemAsync(await PlaceAsync(fixture.Service.As("guest"), New()), 403, "forbidden");
    }

    [Fact]
    public async Task Text_with_U0000_is_rejected_and_the_character_is_named()
    {
        using var sku = await PlaceAsync(_alice, New(), sku: "cu\0p");
        using var customer = await PlaceAsync(_olga, New(), customer: "ali\0ce");
        foreach (var refused in new[] { sku, customer })
            (await IsProblemAsync(refused, 400, "invalid-body"))
                .GetProperty("detail")
                .GetString()
                .Should()
                .Contain("U+0000");
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("", true)]
    [InlineData("null", false)]
    [InlineData("null", true)]
    public async Task An_empty_body_is_rejected_whether_it_is_chunked_or_not(string body, bool chunked)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "orders")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("Idempotency-Key", New());
        request.Headers.TransferEncodingChunked = chunked;
        await IsProblemAsync(
            await _alice.SendAsync(request, TestContext.Current.CancellationToken),
            400,
            "invalid-body"
        );
    }

    [Fact]
    public async Task Customers_see_and_cancel_only_their_own_orders_operators_all()
    {
        var id = await IdAsync(_alice);

        await IsProblemAsync(
            await _bob.GetAsync($"orders/{id}", TestContext.Current.CancellationToken),
            404,
            "not-found"
        );
        await IsProblemAsync(await CancelAsync(_bob, id), 404, "not-found");
        (await NamesAsync(_bob)).Should().NotContain("alice");
        (await NamesAsync(_alice)).Should().OnlyContain(name => name == "alice");
        (await NamesAsync(_olga)).Should().Contain("alice");
        using var seen = await _olga.GetAsync($"orders/{id}", TestContext.Current.CancellationToken);
        using var cancelled = await CancelAsync(_olga, id);
        (seen.StatusCode, cancelled.StatusCode).Should().Be((HttpStatusCode.OK, HttpStatusCode.OK));
    }

    [Theory]
    [InlineData("GET", "orders")]
    [InlineData("GET", "orders/01a20a8f-35e4-76fe-8b28-c5edcb24079f")]
    [InlineData("POST", "orders/01a20a8f-35e4-76fe-8b28-c5edcb24079f/cancel")]
    public async Task Guests_are_rejected(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        await IsProblemAsync(
            await fixture.Service.As("guest").SendAsync(request, TestContext.Current.CancellationToken),
            403,
            "forbidden"
        );
    }

    [Theory]
    [InlineData("GET", "ops/backlog")]
    [InlineData("GET", "ops/orders/summary")]
    [InlineData("GET", "ops/attention")]
    [InlineData("GET", "ops/saga")]
    [InlineData("PUT", "ops/saga")]
    [InlineData("POST", "ops/orders")]
    [InlineData("POST", "ops/orders/retry")]
    public async Task Only_operators_may_use_the_operations_routes(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path)
        {
            Content =
                method == "GET"
                    ? null
                    : JsonContent.Create(
                        new
                        {
                            orders = Array.Empty<object>(),
                            batchSize = 1,
                            slots = 0,
                        }
                    ),
        };
        await IsProblemAsync(await _alice.SendAsync(request, TestContext.Current.CancellationToken), 403, "forbidden");
    }

    [Fact]
    public async Task An_operator_reads_the_backlog_and_changes_the_batching()
    {
        await fixture.Database.AcceptAsync(1);
        await fixture.Database.ClaimAsync();
        var backlog = await _olga.GetFromJsonAsync<JsonElement>("ops/backlog", TestContext.Current.CancellationToken);
        backlog
            .GetProperty("inSaga")
            .GetInt64()
            .Should()
            .Be(
                await fixture.Database.NumberAsync(
                    "select count(*) from orders where compensation_pending or status in ('accepted', 'reserved', 'paid')"
                )
            );
        backlog
            .GetProperty("unfinishedBatches")
            .GetInt64()
            .Should()
            .Be(await fixture.Database.NumberAsync("select count(*) from batches where finished_at is null"))
            .And.BePositive();

        using var set = await _olga.PutAsJsonAsync(
            "ops/saga",
            new { batchSize = 7, slots = 0 },
            TestContext.Current.CancellationToken
        );
        (await set.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))
            .Should()
            .Be(await _olga.GetStringAsync("ops/saga", TestContext.Current.CancellationToken))
            .And.Contain("7");
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(501, 1)]
    [InlineData(1, -1)]
    [InlineData(1, 201)]
    public async Task Batching_outside_its_bounds_is_rejected(int batchSize, int slots) =>
        await IsProblemAsync(
            await _olga.PutAsJsonAsync("ops/saga", new { batchSize, slots }, TestContext.Current.CancellationToken),
            422,
            "invalid"
        );

    [Fact]
    public async Task Each_of_many_orders_has_its_own_outcome_and_their_number_is_limited()
    {
        object Order(string key, int quantity = 1, string sku = "cup") =>
            new { key, order = new { lines = new[] { new { sku, quantity } }, payment = new { token = "tok_ok" } } };
        var key = New();

        var outcomes = await (
            await _olga.PostAsJsonAsync(
                "ops/orders",
                new
                {
                    orders = new[]
                    {
                        Order(key),
                        Order(key, 2),
                        Order(New(), 0),
                        Order(New(), sku: "unheard-of"),
                        Order(""),
                        Order(new string('k', 256)),
                    },
                },
                TestContext.Current.CancellationToken
            )
        ).Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);

        outcomes
            .EnumerateArray()
            .Select(o => o.GetProperty("id").ValueKind == JsonValueKind.String)
            .Should()
            .Equal(true, false, false, false, false, false);
        foreach (var orders in new object?[][] { [], Enumerable.Repeat(Order(key), 501).ToArray(), [null] })
            await IsProblemAsync(
                await _olga.PostAsJsonAsync("ops/orders", new { orders }, TestContext.Current.CancellationToken),
                422,
                "invalid"
            );
    }

    [Fact]
    public async Task An_order_that_exceeds_the_maximum_total_is_rejected_without_affecting_others()
    {
        static object Order(decimal unitPrice) =>
            new
            {
                lines = new[]
                {
                    new
                    {
                        sku = "cup",
                        quantity = 1_000_000,
                        unitPrice,
                    },
                    new
                    {
                        sku = "cup",
                        quantity = 1,
                        unitPrice = 0.0001m,
                    },
                },
                payment = new { token = "tok_ok" },
            };
        using var request = new HttpRequestMessage(HttpMethod.Post, "orders")
        {
            Content = JsonContent.Create(Order(1_000_000)),
            Headers = { { "Idempotency-Key", New() } },
        };
        (await IsProblemAsync(await _olga.SendAsync(request, TestContext.Current.CancellationToken), 422, "invalid"))
            .GetProperty("detail")
            .GetString()
            .Should()
            .Contain("1000000000000");

        var outcomes = await (
            await _olga.PostAsJsonAsync(
                "ops/orders",
                new
                {
                    orders = new[]
                    {
                        new { key = New(), order = Order(1_000_000) },
                        new { key = New(), order = Order(999_999) },
                    },
                },
                TestContext.Current.CancellationToken
            )
        ).Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        outcomes
            .EnumerateArray()
            .Select(o => o.GetProperty("id").ValueKind)
            .Should()
            .Equal(JsonValueKind.Null, JsonValueKind.String);
    }

    [Fact]
    public async Task A_cancel_wins_once_removes_the_order_from_its_batch_and_leaves_the_compensation_to_another()
    {
        var id = await IdAsync(_alice);
        var saga = await fixture.Database.ClaimAsync();

        using var won = await CancelAsync(_alice, id);
        using var lost = await CancelAsync(_alice, id);

        won.StatusCode.Should().Be(HttpStatusCode.OK);
        var problem = await IsProblemAsync(lost, 409, "not-cancellable");
        problem.GetProperty("orderStatus").GetString().Should().Be("cancelled");
        problem.EnumerateObject().Count(m => m.Name == "status").Should().Be(1, "RFC 9457 has one, a number");
        problem.GetProperty("status").GetInt32().Should().Be(409);
        foreach (var batch in saga)
            (await fixture.Database.Store.GetOwnedAsync(batch, CancellationToken.None))
                .Select(o => o.Id)
                .Should()
                .NotContain(id);
        (
            await fixture.Database.NumberAsync(
                $"select count(*) from orders where id = '{id}' and compensation_pending and batch_id is null and version = 2"
            )
        )
            .Should()
            .Be(1);
        (await fixture.Database.NumberAsync($"select count(*) from events where subject = '{id}'")).Should().Be(2);
    }

    [Theory]
    [InlineData("rejected", 409, "rejected")]
    [InlineData("reserved", 200, "cancelled")]
    public async Task A_cancel_concurrent_with_a_status_change_sees_the_status_after_it(
        string moved,
        int status,
        string told
    )
    {
        var id = await IdAsync(_alice);
        await using var saga = await Rival.BeginAsync(
            fixture.Database.Names.App,
            $"update orders set status = '{moved}', version = 2 where id = '{id}'"
        );

        var cancelling = CancelAsync(_alice, id);
        await saga.IsWaitedForAsync();
        await saga.CommitAsync();

        using var answer = await cancelling;
        ((int)answer.StatusCode).Should().Be(status);
        (await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken))
            .GetProperty(status == 200 ? "status" : "orderStatus")
            .GetString()
            .Should()
            .Be(told);
        if (status == 200)
            (
                await Sql.ScalarAsync<string>(
                    fixture.Database.Names.App,
                    $"select data->>'from' from events where subject = '{id}' and version = 3"
                )
            )
                .Should()
                .Be(moved);
    }

    [Fact]
    public async Task Pages_are_no_longer_than_two_hundred()
    {
        await fixture.Database.AcceptAsync(201);
        var page = await _alice.GetFromJsonAsync<JsonElement>(
            "orders?limit=1000",
            TestContext.Current.CancellationToken
        );
        page.GetProperty("orders").GetArrayLength().Should().Be(200);
        page.GetProperty("orders")
            .EnumerateArray()
            .Select(o => o.GetProperty("total").GetRawText())
            .Should()
            .OnlyContain(total => !total.EndsWith('0') || !total.Contains('.'), "a price has no trailing zeros");
    }

    [Fact]
    public async Task G42_The_OpenAPI_document_describes_every_success() =>
        (await _olga.UndescribedSuccessesAsync(TestContext.Current.CancellationToken)).Should().BeEmpty();

    private static string New() => Guid.CreateVersion7().ToString();

    private static async Task<HttpResponseMessage> PlaceAsync(
        HttpClient caller,
        string? key,
        int quantity = 1,
        string sku = "cup",
        string? customer = null
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "orders")
        {
            Content = JsonContent.Create(
                new
                {
                    lines = new[] { new { sku, quantity } },
                    payment = new { token = "tok_ok" },
                    customer,
                }
            ),
        };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return await caller.SendAsync(request);
    }

    private static async Task<Guid> IdAsync(HttpClient caller)
    {
        using var placed = await PlaceAsync(caller, New());
        return (await placed.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
    }

    private static Task<HttpResponseMessage> CancelAsync(HttpClient caller, Guid id) =>
        caller.PostAsync($"orders/{id}/cancel", null);

    private static async Task<IEnumerable<string?>> NamesAsync(HttpClient caller) =>
        (await caller.GetFromJsonAsync<JsonElement>("orders?limit=200"))
            .GetProperty("orders")
            .EnumerateArray()
            .Select(o => o.GetProperty("customer").GetString());

    private static async Task<JsonElement> IsProblemAsync(HttpResponseMessage response, int status, string kind)
    {
        var body = await response.Content.ReadFromJsonAsync<JsonElement>();
        ((int)response.StatusCode).Should().Be(status);
        body.GetProperty("type").GetString().Should().EndWith($":{kind}");
        response.Dispose();
        return body;
    }
}
