using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.Messaging;
using DaprShop.Orders.Saga;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;

namespace DaprShop.Orders.Tests;

/// <summary>Orders that need attention and are retried by an operator.</summary>
public sealed class RetryTests(OrdersFixture fixture) : IClassFixture<OrdersFixture>
{
    private readonly HttpClient _olga = fixture.Service.As(Identity.Operator, "olga");

    [Fact]
    public async Task A_retried_order_continues_in_its_previous_status()
    {
        var id = await GivenUpAsync("reserved");
        (await RetryAsync(_olga, id)).Should().Be((200, "reserved"));

        foreach (var batch in await fixture.Database.ClaimAsync())
            await SagaRun.RunAsync(fixture.Database, fixture.Fakes, batch);

        (await fixture.Database.StatusAsync(id)).Should().Be("confirmed");
        (
            await Sql.ScalarAsync<string>(
                fixture.Database.Names.App,
                $"select string_agg(data->>'to', ' ' order by version) from events where subject = '{id}' and type = 'order.status_changed.v1'"
            )
        )
            .Should()
            .Be("reserved needs_attention reserved paid confirmed");
        (
            await Sql.ScalarAsync<string>(
                fixture.Database.Names.App,
                $"select data->>'actor' from events where subject = '{id}' and data->>'from' = 'needs_attention'"
            )
        )
            .Should()
            .Be("olga");
    }

    [Fact]
    public async Task A_retried_order_asks_an_undecided_customer_again()
    {
        var id = await GivenUpAsync("awaiting_customer");
        (await RetryAsync(_olga, id)).Should().Be((200, "awaiting_customer"));

        foreach (var batch in await fixture.Database.ClaimAsync())
            await SagaRun.RunAsync(fixture.Database, fixture.Fakes, batch);

        (await fixture.Database.StatusAsync(id))
            .Should()
            .Be("awaiting_customer", "only the customer may decide, although there is stock");
        (
            await Sql.ScalarAsync<bool>(
                fixture.Database.Names.App,
                $"select decide_by > now() and due_at = decide_by from orders where id = '{id}'"
            )
        )
            .Should()
            .BeTrue("the customer has a new deadline");
    }

    [Fact]
    public async Task Only_orders_that_need_attention_are_retried_and_only_by_operators()
    {
        var id = await GivenUpAsync("accepted");
        (await RetryAsync(fixture.Service.As(Identity.Customer, "alice"), id)).Status.Should().Be(403);
        (await RetryAsync(_olga, Guid.CreateVersion7())).Status.Should().Be(404);
        (await RetryAsync(_olga, id)).Should().Be((200, "accepted"));
        (await RetryAsync(_olga, id)).Status.Should().Be(409);
    }

    [Fact]
    public async Task An_order_given_up_twice_continues_in_the_status_before_the_last_time()
    {
        var id = await GivenUpAsync("accepted");
        (await RetryAsync(_olga, id)).Should().Be((200, "accepted"));
        await Sql.ScalarAsync<object>(
            fixture.Database.Names.App,
            $"update orders set status = 'reserved', attempts = {SagaStore.MaxAttempts} where id = '{id}'"
        );
        (await fixture.Database.Store.GiveUpAsync(TestContext.Current.CancellationToken)).Should().Be(1);

        (await RetryAsync(_olga, id)).Should().Be((200, "reserved"));
    }

    [Fact]
    public async Task Retrying_all_orders_reports_how_many_are_left()
    {
        var (accepted, reserved) = (await GivenUpAsync("accepted"), await GivenUpAsync("reserved"));
        var before = await fixture.Database.NumberAsync("select count(*) from orders where status = 'needs_attention'");
        using var answer = await _olga.PostAsync("ops/orders/retry", null, TestContext.Current.CancellationToken);
        (await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken))
            .GetRawText()
            .Should()
            .Be($$"""{"retried":{{before}},"remaining":0}""");

        foreach (var batch in await fixture.Database.ClaimAsync())
            await SagaRun.RunAsync(fixture.Database, fixture.Fakes, batch);

        (await fixture.Database.StatusAsync(accepted), await fixture.Database.StatusAsync(reserved))
            .Should()
            .Be(("confirmed", "confirmed"));
    }

    /// <summary>An order that needs attention, after the saga brought it to this status.</summary>
    private async Task<Guid> GivenUpAsync(string status)
    {
        var id = (await fixture.Database.AcceptAsync(1))[0];
        var batch = (await fixture.Database.ClaimAsync())[0];
        if (status == "reserved")
            await SagaRun.Activities(fixture.Database, fixture.Fakes)[0](batch);
        if (status == "awaiting_customer")
            await Sql.ScalarAsync<object>(
                fixture.Database.Names.App,
                $"update orders set status = '{status}', on_shortage = 'ask', decide_by = now() where id = '{id}'"
            );
        await Sql.ScalarAsync<object>(
            fixture.Database.Names.App,
            $"update batches set finished_at = now(); update orders set batch_id = null, attempts = {SagaStore.MaxAttempts}, due_at = now() where id = '{id}'"
        );
        (await fixture.Database.Store.GiveUpAsync(TestContext.Current.CancellationToken)).Should().Be(1);
        return id;
    }

    private static async Task<(int Status, string? Now)> RetryAsync(HttpClient caller, Guid id)
    {
        using var answer = await caller.PostAsync(
            $"ops/orders/{id}/retry",
            null,
            TestContext.Current.CancellationToken
        );
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        return ((int)answer.StatusCode, answer.IsSuccessStatusCode ? body.GetProperty("status").GetString() : null);
    }
}
