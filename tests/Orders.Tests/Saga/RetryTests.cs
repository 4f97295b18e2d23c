using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.Messaging;
using DaprShop.Orders.Saga;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;

namespace DaprShop.Orders.Tests;

/// <summary>Orders that the saga has given up, and an operator has looked at.</summary>
public sealed class RetryTests(OrdersFixture fixture) : IClassFixture<OrdersFixture>
{
    private readonly HttpClient _olga = fixture.Service.As(Identity.Operator, "olga");

    [Fact]
    public async Task An_order_that_an_operator_has_looked_at_goes_on_where_it_stood()
    {
        var id = await GivenUpAsync("reserved");
        (await RetryAsync(_olga, id)).Should().Be((200, "reserved"));

        foreach (var batch in await fixture.Database.ClaimAsync())
            await SagaRun.RunAsync(fixture.Database, fixture.House, batch);

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
    public async Task A_customer_who_has_not_decided_is_asked_again()
    {
        var id = await GivenUpAsync("awaiting_customer");
        (await RetryAsync(_olga, id)).Should().Be((200, "awaiting_customer"));

        foreach (var batch in await fixture.Database.ClaimAsync())
            await SagaRun.RunAsync(fixture.Database, fixture.House, batch);

        (await fixture.Database.StatusAsync(id))
            .Should()
            .Be("awaiting_customer", "nobody decides for its customer, though there is stock");
        (
            await Sql.ScalarAsync<bool>(
                fixture.Database.Names.App,
                $"select decide_by > now() and due_at = decide_by from orders where id = '{id}'"
            )
        )
            .Should()
            .BeTrue("that has a deadline again");
    }

    [Fact]
    public async Task Only_what_needs_attention_is_tried_again_and_only_an_operator_says_so()
    {
        var id = await GivenUpAsync("accepted");
        (await RetryAsync(fixture.Service.As(Identity.Customer, "alice"), id)).Status.Should().Be(403);
        (await RetryAsync(_olga, Guid.CreateVersion7())).Status.Should().Be(404);
        (await RetryAsync(_olga, id)).Should().Be((200, "accepted"));
        (await RetryAsync(_olga, id)).Status.Should().Be(409);
    }

    [Fact]
    public async Task All_that_wait_go_on_by_requests_that_say_how_many_are_left()
    {
        var (accepted, reserved) = (await GivenUpAsync("accepted"), await GivenUpAsync("reserved"));
        var before = await fixture.Database.NumberAsync("select count(*) from orders where status = 'needs_attention'");
        using var answer = await _olga.PostAsync("ops/orders/retry", null, TestContext.Current.CancellationToken);
        (await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken))
            .GetRawText()
            .Should()
            .Be($$"""{"retried":{{before}},"left":0}""");

        foreach (var batch in await fixture.Database.ClaimAsync())
            await SagaRun.RunAsync(fixture.Database, fixture.House, batch);

        (await fixture.Database.StatusAsync(accepted), await fixture.Database.StatusAsync(reserved))
            .Should()
            .Be(("confirmed", "confirmed"));
    }

    /// <summary>An order with which the saga came so far, and no further however often it tried.</summary>
    private async Task<Guid> GivenUpAsync(string status)
    {
        var id = (await fixture.Database.AcceptAsync(1))[0];
        var batch = (await fixture.Database.ClaimAsync())[0];
        if (status == "reserved")
            await SagaRun.Activities(fixture.Database, fixture.House)[0](batch);
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

    private static async Task<(int Status, string? Stands)> RetryAsync(HttpClient who, Guid id)
    {
        using var answer = await who.PostAsync($"ops/orders/{id}/retry", null, TestContext.Current.CancellationToken);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        return ((int)answer.StatusCode, answer.IsSuccessStatusCode ? body.GetProperty("status").GetString() : null);
    }
}
