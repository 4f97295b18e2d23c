using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Orders.Saga;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;

namespace DaprShop.Orders.Tests;

/// <summary>Orders whose card is declined and whose customer may name another one. There are a hundred cups.</summary>
public sealed class AnotherCardTests(OrdersFixture fixture) : IClassFixture<OrdersFixture>
{
    private readonly HttpClient _alice = fixture.Service.As(Identity.Customer, "alice");

    [Fact]
    public async Task A_declined_order_keeps_its_stock_and_is_paid_by_another_card()
    {
        var free = fixture.Fakes.Free;
        var id = await DeclinedAsync();
        var order = await ReadAsync(id);
        order.GetProperty("status").GetString().Should().Be("awaiting_payment");
        order.GetProperty("reason").GetString().Should().Be("declined by the provider");
        (order.GetProperty("payBy").GetDateTimeOffset() - order.GetProperty("updatedAt").GetDateTimeOffset())
            .TotalMinutes.Should()
            .BeApproximately(10, 0.1);
        order.GetProperty("allowed").EnumerateArray().Select(a => a.GetString()).Should().Equal("cancel", "payment");
        fixture.Fakes.Free.Should().Be(free - 2, "its stock stays allocated");
        (await fixture.Database.ClaimAsync()).Should().BeEmpty("it rests until its deadline");

        var key = NewKey();
        using var named = await NameAsync(_alice, id, "tok_ok", key);
        using var again = await NameAsync(_alice, id, "tok_ok", key);
        using var other = await NameAsync(_alice, id, "tok_more", key);
        (named.Code, again.Code, other.Code).Should().Be((200, 200, 422));
        (named.Replayed, again.Replayed).Should().Be((false, true));
        again.Body.Should().Be(named.Body);
        named.Json.GetProperty("status").GetString().Should().Be("reserved");
        await RunAsync();
        using var afterwards = await NameAsync(_alice, id, "tok_ok", key);

        (await fixture.Database.StatusAsync(id)).Should().Be("confirmed");
        (fixture.Fakes.Cards[id], fixture.Fakes.Charges[id]).Should().Be(((2, "tok_ok"), ChargeState.Captured));
        (afterwards.Code, afterwards.Body).Should().Be((200, named.Body), "a repetition gets the first answer");
        (await StatusesAsync(id)).Should().Be("reserved: , awaiting_payment: , reserved: alice, paid: , confirmed: ");
        order = await ReadAsync(id);
        order.GetProperty("payBy").ValueKind.Should().Be(JsonValueKind.Null);
        order.GetProperty("reason").ValueKind.Should().Be(JsonValueKind.Null);
    }

    [Fact]
    public async Task However_many_cards_are_declined_the_time_to_name_one_runs_from_the_first()
    {
        var id = await DeclinedAsync();
        var payBy = (await ReadAsync(id)).GetProperty("payBy").GetDateTimeOffset();
        for (var attempt = 2; attempt <= 4; attempt++)
        {
            using var named = await NameAsync(_alice, id, "tok_declined");
            named.Code.Should().Be(200);
            named.Json.GetProperty("attempt").GetInt32().Should().Be(attempt);
            await RunAsync();
            fixture.Fakes.Cards[id].Attempt.Should().Be(attempt);
        }

        (await ReadAsync(id)).GetProperty("payBy").GetDateTimeOffset().Should().Be(payBy);
        await EndAsync(id);
    }

    [Fact]
    public async Task An_order_takes_ten_cards_and_no_more()
    {
        var id = await DeclinedAsync();
        for (var attempt = 2; attempt <= 10; attempt++)
        {
            using var named = await NameAsync(_alice, id, "tok_declined");
            named.Code.Should().Be(200);
            await RunAsync();
        }

        using var refused = await NameAsync(_alice, id, "tok_ok");

        (refused.Code, refused.Json.GetProperty("orderStatus").GetString()).Should().Be((409, "awaiting_payment"));
        refused.Json.GetProperty("type").GetString().Should().EndWith("too-many-cards");
        fixture.Fakes.Cards[id].Attempt.Should().Be(10, "the provider is not asked again");
        await EndAsync(id);
    }

    [Fact]
    public async Task Without_another_card_in_time_the_order_is_rejected_and_its_stock_released()
    {
        var free = fixture.Fakes.Free;
        var id = await DeclinedAsync();
        await PassDeadlineAsync(id);
        using var late = await NameAsync(_alice, id, "tok_ok");
        (late.Code, late.Json.GetProperty("orderStatus").GetString()).Should().Be((409, "awaiting_payment"));
        late.Body.Should().Contain("The time to name another card");
        await RunAsync();

        var order = await ReadAsync(id);
        order.GetProperty("status").GetString().Should().Be("rejected");
        order
            .GetProperty("reason")
            .GetString()
            .Should()
            .Be("the card was declined and no other card was named in time");
        fixture.Fakes.Free.Should().Be(free);
        fixture.Fakes.Charges[id].Should().Be(ChargeState.Declined, "nothing was charged, nothing is refunded");
        using var afterwards = await NameAsync(_alice, id, "tok_ok");
        afterwards.Code.Should().Be(409);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task A_card_is_named_or_the_stock_is_released_whatever_the_clocks_say_but_never_both(int activities)
    {
        var free = fixture.Fakes.Free;
        var id = await DeclinedAsync();
        await PassDeadlineAsync(id);
        var batch = (await fixture.Database.ClaimAsync())[0];
        var steps = SagaRun.Activities(fixture.Database, fixture.Fakes);
        foreach (var step in steps.Take(activities))
            await step(batch);

        // The clock of the replica that takes the card is behind: to it, the deadline has not passed.
        await Sql.ScalarAsync<object>(
            fixture.Database.Names.App,
            $"update orders set pay_by = now() + interval '1 hour' where id = '{id}'"
        );
        using var named = await NameAsync(_alice, id, "tok_ok");
        foreach (var step in steps.Skip(activities))
            await step(batch);
        await RunAsync();

        named.Code.Should().Be(activities < 2 ? 200 : 409, "the decline is recorded for good before stock is released");
        (await fixture.Database.StatusAsync(id), fixture.Fakes.Free)
            .Should()
            .Be(activities < 2 ? ("confirmed", free - 2) : ("rejected", free));
    }

    [Fact]
    public async Task A_card_that_is_named_while_a_batch_decides_that_none_was_is_charged()
    {
        var id = await DeclinedAsync();
        await PassDeadlineAsync(id);
        await PlaceAsync(_alice, "tok_ok");
        var code = 0;
        fixture.Fakes.Before = async path =>
        {
            if (path != "/charges" || code != 0)
                return;
            // The batch has read its orders; to the replica that takes the card, the deadline has not passed.
            await Sql.ScalarAsync<object>(
                fixture.Database.Names.App,
                $"update orders set pay_by = now() + interval '1 hour' where id = '{id}'"
            );
            using var named = await NameAsync(_alice, id, "tok_ok");
            code = named.Code;
        };
        await RunAsync();
        fixture.Fakes.Before = null;
        await RunAsync();

        code.Should().Be(200);
        (await fixture.Database.StatusAsync(id)).Should().Be("confirmed");
        fixture.Fakes.Cards[id].Should().Be((2, "tok_ok"));
    }

    [Fact]
    public async Task A_cancel_takes_an_order_that_awaits_payment_and_a_card_comes_too_late()
    {
        var free = fixture.Fakes.Free;
        var id = await DeclinedAsync();
        using var cancelled = await _alice.PostAsJsonAsync(
            $"orders/{id}/cancel",
            (object?)null,
            TestContext.Current.CancellationToken
        );
        ((int)cancelled.StatusCode).Should().Be(200);
        using var named = await NameAsync(_alice, id, "tok_ok");
        (named.Code, named.Json.GetProperty("orderStatus").GetString()).Should().Be((409, "cancelled"));
        await RunAsync();
        fixture.Fakes.Free.Should().Be(free);
        fixture.Fakes.Charges[id].Should().Be(ChargeState.Refunded, "a late charge is refused");
    }

    [Fact]
    public async Task Only_the_orders_customer_or_an_operator_names_a_card_and_only_while_one_is_awaited()
    {
        var id = await DeclinedAsync();
        using var bob = await NameAsync(fixture.Service.As(Identity.Customer, "bob"), id, "tok_ok");
        using var unknown = await NameAsync(_alice, Guid.CreateVersion7(), "tok_ok");
        using var empty = await NameAsync(_alice, id, "");
        using var huge = await NameAsync(_alice, id, new string('t', 101));
        using var keyless = await NameAsync(_alice, id, "tok_ok", null);
        using var olga = await NameAsync(fixture.Service.As(Identity.Operator, "olga"), id, "tok_ok");
        using var reserved = await NameAsync(_alice, id, "tok_ok");
        new[] { bob, unknown, empty, huge, keyless, olga, reserved }
            .Select(r => r.Code)
            .Should()
            .Equal(404, 404, 422, 422, 400, 200, 409);
        reserved.Json.GetProperty("orderStatus").GetString().Should().Be("reserved");
        reserved.Json.GetProperty("allowed")[0].GetString().Should().Be("awaiting_payment");
        await RunAsync();
        (await fixture.Database.StatusAsync(id)).Should().Be("confirmed");
    }

    [Fact]
    public async Task Of_many_cards_named_at_once_one_is_charged()
    {
        var id = await DeclinedAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => NameAsync(_alice, id, $"tok_ok{i}")));
        answers.Count(a => a.Code == 200).Should().Be(1);
        answers.Count(a => a.Code == 409).Should().Be(7);
        await RunAsync();
        fixture.Fakes.Cards[id].Attempt.Should().Be(2);
        (await fixture.Database.StatusAsync(id)).Should().Be("confirmed");
        foreach (var answer in answers)
            answer.Dispose();
    }

    [Fact]
    public async Task An_order_that_somebody_else_placed_for_the_customer_is_rejected_at_once()
    {
        var olga = fixture.Service.As(Identity.Operator, "olga");
        var forAlice = await PlaceAsync(olga, "tok_declined", customer: "alice");
        using var many = await olga.PostAsJsonAsync(
            "ops/orders",
            new
            {
                orders = new[]
                {
                    new
                    {
                        key = NewKey(),
                        order = new
                        {
                            lines = new[] { new { sku = "cup", quantity = 1 } },
                            payment = new { token = "tok_declined" },
                        },
                    },
                },
            },
            TestContext.Current.CancellationToken
        );
        var one = (await many.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken))[0]
            .GetProperty("id")
            .GetGuid();
        await RunAsync();
        (await fixture.Database.StatusAsync(forAlice)).Should().Be("rejected");
        (await fixture.Database.StatusAsync(one)).Should().Be("rejected");
    }

    [Fact]
    public async Task An_order_that_awaited_payment_and_was_given_up_has_a_new_deadline_when_it_is_retried()
    {
        var id = await DeclinedAsync();
        await Sql.ScalarAsync<object>(
            fixture.Database.Names.App,
            $"update orders set attempts = {SagaStore.MaxAttempts}, pay_by = now() where id = '{id}'"
        );
        (await fixture.Database.Store.GiveUpAsync(TestContext.Current.CancellationToken)).Should().Be(1);
        using var early = await NameAsync(_alice, id, "tok_ok");
        (early.Code, early.Json.GetProperty("orderStatus").GetString()).Should().Be((409, "needs_attention"));
        using var retried = await fixture
            .Service.As(Identity.Operator, "olga")
            .PostAsync($"ops/orders/{id}/retry", null, TestContext.Current.CancellationToken);
        ((int)retried.StatusCode).Should().Be(200);
        (await ReadAsync(id)).GetProperty("payBy").GetDateTimeOffset().Should().BeAfter(DateTimeOffset.UnixEpoch);
        using var named = await NameAsync(_alice, id, "tok_ok");
        named.Code.Should().Be(200);
        await RunAsync();
        (await fixture.Database.StatusAsync(id)).Should().Be("confirmed");
    }

    private async Task<Guid> DeclinedAsync()
    {
        var id = await PlaceAsync(_alice, "tok_declined");
        await RunAsync();
        (await fixture.Database.StatusAsync(id)).Should().Be("awaiting_payment");
        return id;
    }

    private static async Task<Guid> PlaceAsync(HttpClient caller, string token, string? customer = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "orders")
        {
            Content = JsonContent.Create(
                new
                {
                    lines = new[] { new { sku = "cup", quantity = 2 } },
                    payment = new { token },
                    customer,
                }
            ),
            Headers = { { "Idempotency-Key", NewKey() } },
        };
        using var response = await caller.SendAsync(request, TestContext.Current.CancellationToken);
        return (await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken))
            .GetProperty("id")
            .GetGuid();
    }

    private Task PassDeadlineAsync(Guid id) =>
        Sql.ScalarAsync<object>(
            fixture.Database.Names.App,
            $"update orders set pay_by = now() - interval '1 second', due_at = now() - interval '1 second' where id = '{id}'"
        );

    private async Task EndAsync(Guid id)
    {
        await PassDeadlineAsync(id);
        await RunAsync();
        (await fixture.Database.StatusAsync(id)).Should().Be("rejected");
    }

    private async Task RunAsync()
    {
        foreach (var batch in await fixture.Database.ClaimAsync())
            await SagaRun.RunAsync(fixture.Database, fixture.Fakes, batch);
    }

    /// <summary>The status changes, each with its actor.</summary>
    private Task<string?> StatusesAsync(Guid id) =>
        Sql.ScalarAsync<string>(
            fixture.Database.Names.App,
            $"select string_agg(format('%s: %s', data->>'to', data->>'actor'), ', ' order by version) from events where subject = '{id}' and version > 1"
        );

    private Task<JsonElement> ReadAsync(Guid id) =>
        _alice.GetFromJsonAsync<JsonElement>($"orders/{id}", TestContext.Current.CancellationToken);

    private static string NewKey() => Guid.CreateVersion7().ToString();

    private static Task<Answer> NameAsync(HttpClient caller, Guid id, string paymentToken) =>
        NameAsync(caller, id, paymentToken, NewKey());

    private static async Task<Answer> NameAsync(HttpClient caller, Guid id, string paymentToken, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"orders/{id}/payment")
        {
            Content = JsonContent.Create(new { paymentToken }),
        };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        var response = await caller.SendAsync(request, TestContext.Current.CancellationToken);
        return new Answer(response, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private sealed record Answer(HttpResponseMessage Response, string Body) : IDisposable
    {
        public int Code => (int)Response.StatusCode;

        public bool Replayed => Response.Headers.Contains(IdempotencyKey.ReplayedHeader);

        public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Body);

        public void Dispose() => Response.Dispose();
    }
}
