using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Saga;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;

namespace DaprShop.Orders.Tests;

/// <summary>Orders that stock does not cover and whose customer decides. There are a hundred cups.</summary>
public sealed class DecisionTests(OrdersFixture fixture) : IClassFixture<OrdersFixture>
{
    private readonly HttpClient _alice = fixture.Service.As(Identity.Customer, "alice");

    [Fact]
    public async Task G16_A_customer_may_take_the_available_units_and_pays_only_for_them()
    {
        var (id, key) = await AskedAsync(lines: [60, fixture.Fakes.Free]);
        var free = fixture.Fakes.Free;
        fixture.Fakes.Claims.Should().NotContainKey(id, "nothing is reserved before the customer has decided");
        (await ReadAsync(id)).GetProperty("items")[0].GetProperty("available").GetInt32().Should().Be(free);

        var sold = await SoldAsync();
        (await DecideAsync(_alice, id, "take")).Should().Be(200);
        (await DecideAsync(fixture.Service.As(Identity.Operator, "olga"), id, "take")).Should().Be(200);
        (await DecideAsync(_alice, id, "wait")).Should().Be(409);
        await RunAsync();
        (await SoldAsync()).Should().Be(sold + free, "units that an order gives up are not sold");
        (await ActorsAsync(id))
            .Should()
            .Be("awaiting_customer: alice, reserved: , paid: ", "the first decision counts");

        var order = await ReadAsync(id);
        order.GetProperty("status").GetString().Should().Be("confirmed");
        order.GetProperty("total").GetDecimal().Should().Be(free * 2.5m);
        order
            .GetProperty("lines")
            .EnumerateArray()
            .Select(l => l.GetProperty("quantity").GetInt32() - l.GetProperty("cancelled").GetInt32())
            .Should()
            .Equal(Math.Min(60, free), Math.Max(free - 60, 0));
        using var again = await PlaceAsync(key, "ask", 60, free);
        (await again.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken))
            .GetProperty("total")
            .GetDecimal()
            .Should()
            .Be((60 + free) * 2.5m, "a repetition gets the first response");
        fixture.Fakes.Receive(100 - fixture.Fakes.Free);
    }

    [Fact]
    public async Task G16_A_customer_may_wait_for_the_rest()
    {
        var (id, _) = await AskedAsync(lines: [500]);
        (await DecideAsync(_alice, id, "wait")).Should().Be(200);
        await RunAsync();
        (await fixture.Database.StatusAsync(id)).Should().Be("backordered");
        (await ActorsAsync(id)).Should().Be("awaiting_customer: alice");
        (await CancelAsync(id)).Should().Be(200);
        await RunAsync();
    }

    [Fact]
    public async Task G16_An_order_that_is_not_decided_in_time_expires_and_holds_nothing()
    {
        var (id, _) = await AskedAsync(lines: [500]);
        (await fixture.Database.ClaimAsync()).Should().BeEmpty("the deadline is a day away");
        await Sql.ScalarAsync<object>(
            fixture.Database.Names.App,
            $"update orders set decide_by = now() - interval '1 second', due_at = decide_by - interval '1 day' where id = '{id}'"
        );
        (await DecideAsync(_alice, id, "take"))
            .Should()
            .Be(409, "the deadline has passed, although no worker has expired the order");
        await RunAsync();

        (await fixture.Database.StatusAsync(id)).Should().Be("expired");
        (await ActorsAsync(id)).Should().Be("awaiting_customer: ");
        fixture.Fakes.Claims[id].State.Should().Be(ReservationState.Released, "a late reserve allocates nothing");
        (await DecideAsync(_alice, id, "take")).Should().Be(409);
    }

    [Fact]
    public async Task A_decision_in_time_removes_the_order_from_the_batch_that_would_expire_it()
    {
        var (id, _) = await AskedAsync(lines: [500]);
        await Sql.ScalarAsync<object>(
            fixture.Database.Names.App,
            $"update orders set due_at = now() - interval '1 second' where id = '{id}'"
        );
        var batch = (await fixture.Database.ClaimAsync())[0];
        (await DecideAsync(_alice, id, "wait")).Should().Be(200);
        await SagaRun.RunAsync(fixture.Database, fixture.Fakes, batch);
        (await fixture.Database.StatusAsync(id)).Should().Be("awaiting_customer");
        await RunAsync();
        (await fixture.Database.StatusAsync(id)).Should().Be("backordered");
        (await CancelAsync(id)).Should().Be(200);
        await RunAsync();
    }

    [Fact]
    public async Task Giving_up_an_order_is_not_attributed_to_the_customer_who_decided()
    {
        var (id, _) = await AskedAsync(lines: [500]);
        (await DecideAsync(_alice, id, "wait")).Should().Be(200);
        await Sql.ScalarAsync<object>(
            fixture.Database.Names.App,
            $"update orders set attempts = {SagaStore.MaxAttempts} where id = '{id}'"
        );
        (await fixture.Database.Store.GiveUpAsync(TestContext.Current.CancellationToken)).Should().Be(1);
        (await ActorsAsync(id)).Should().Be("awaiting_customer: ");
        (await CancelAsync(id)).Should().Be(200);
        await RunAsync();
    }

    [Fact]
    public async Task An_order_whose_units_are_sold_before_the_customer_accepts_them_is_cancelled()
    {
        var (id, _) = await AskedAsync(lines: [500]);
        var (taker, _) = await PlacedAsync("reject", fixture.Fakes.Free);
        await RunAsync();
        (await DecideAsync(_alice, id, "take")).Should().Be(200);
        await RunAsync();
        (await fixture.Database.StatusAsync(id)).Should().Be("cancelled");
        (await CancelAsync(taker)).Should().Be(200);
        await RunAsync();
    }

    [Fact]
    public async Task Only_the_orders_customer_decides_and_only_an_open_decision()
    {
        var (id, _) = await PlacedAsync("reject", 1);
        (await DecideAsync(_alice, id, "take")).Should().Be(409);
        (await DecideAsync(_alice, id, "maybe")).Should().Be(422);
        (await DecideAsync(fixture.Service.As(Identity.Customer, "bob"), id, "take")).Should().Be(404);
        (await CancelAsync(id)).Should().Be(200);
        await RunAsync();
    }

    [Fact]
    public async Task G16_A_partial_order_gets_the_available_units_without_a_decision()
    {
        var (id, _) = await PlacedAsync("partial", fixture.Fakes.Free + 7);
        await RunAsync();
        (await fixture.Database.NumberAsync($"select cancelled::bigint from order_lines where order_id = '{id}'"))
            .Should()
            .Be(7);
        (await CancelAsync(id)).Should().Be(200);
        await RunAsync();
    }

    private async Task<(Guid Id, string Key)> AskedAsync(params int[] lines)
    {
        var placed = await PlacedAsync("ask", lines);
        await RunAsync();
        (await fixture.Database.StatusAsync(placed.Id)).Should().Be("awaiting_customer");
        return placed;
    }

    private async Task<(Guid Id, string Key)> PlacedAsync(string onShortage, params int[] lines)
    {
        var key = Guid.CreateVersion7().ToString();
        using var response = await PlaceAsync(key, onShortage, lines);
        return (
            (await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken))
                .GetProperty("id")
                .GetGuid(),
            key
        );
    }

    private async Task<HttpResponseMessage> PlaceAsync(string key, string onShortage, params int[] lines)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "orders")
        {
            Content = JsonContent.Create(
                new
                {
                    lines = lines.Select(quantity => new { sku = "cup", quantity }),
                    payment = new { token = "tok_ok" },
                    onShortage,
                }
            ),
            Headers = { { "Idempotency-Key", key } },
        };
        return await _alice.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private async Task RunAsync()
    {
        foreach (var batch in await fixture.Database.ClaimAsync())
            await SagaRun.RunAsync(fixture.Database, fixture.Fakes, batch);
    }

    private async Task<long> SoldAsync() =>
        (
            await fixture
                .Service.As(Identity.Operator)
                .GetFromJsonAsync<JsonElement>("ops/orders/summary", TestContext.Current.CancellationToken)
        )
            .GetProperty("units")
            .GetInt64();

    /// <summary>The status changes after awaiting_customer, each with its actor.</summary>
    private Task<string?> ActorsAsync(Guid id) =>
        Sql.ScalarAsync<string>(
            fixture.Database.Names.App,
            $"select string_agg(format('%s: %s', data->>'from', data->>'actor'), ', ' order by version) from events where subject = '{id}' and version > 2"
        );

    private Task<JsonElement> ReadAsync(Guid id) =>
        _alice.GetFromJsonAsync<JsonElement>($"orders/{id}", TestContext.Current.CancellationToken);

    private Task<int> CancelAsync(Guid id) => PostAsync(_alice, $"orders/{id}/cancel", null);

    private static Task<int> DecideAsync(HttpClient caller, Guid id, string choice) =>
        PostAsync(caller, $"orders/{id}/decision", new { choice });

    private static async Task<int> PostAsync(HttpClient caller, string path, object? body)
    {
        using var response = await caller.PostAsJsonAsync(path, body, TestContext.Current.CancellationToken);
        return (int)response.StatusCode;
    }
}
