using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Microsoft.AspNetCore.Http;

namespace DaprShop.Gateway.Tests;

/// <summary>What a watcher of an order is told, whatever becomes of the news.</summary>
public sealed class LiveStatusTests : WatchingTests
{
    [Fact]
    public async Task N1_A_stream_begins_with_the_orders_first_version_and_goes_on_as_it_is_heard()
    {
        Orders.Moves("accepted");
        Orders.Moves("reserved");
        await using var stream = await OpenAsync();

        (await stream.NextAsync())
            .Should()
            .Be(
                $$"""1 status {"orderId":"{{Orders.Id}}","version":1,"from":null,"status":"accepted","reason":null,"at":"1970-01-01T00:00:00+00:00"}"""
            );
        (await stream.VersionAsync()).Should().Be("2 status");
        Hear(Orders.Moves("paid", "why"));
        (await stream.NextAsync())
            .Should()
            .Be(
                $$"""3 status {"orderId":"{{Orders.Id}}","version":3,"from":"reserved","status":"paid","reason":"why","at":"1970-01-01T00:00:02+00:00"}"""
            );
        Orders.Asked.Should().Be(1, "what is heard needs no question");
    }

    [Fact]
    public async Task N1_A_stream_that_is_cut_goes_on_right_after_the_last_event_that_the_client_has()
    {
        foreach (var status in (string[])["accepted", "reserved", "paid"])
            Orders.Moves(status);
        await using (var stream = await OpenAsync())
            (await stream.VersionAsync()).Should().Be("1 status");
        Time.Advance(TimeSpan.FromSeconds(5));
        await using var again = await OpenAsync("1");

        (await again.VersionAsync()).Should().Be("2 status");
        (await again.VersionAsync()).Should().Be("3 status");
        Sidecar.Calls.Last().Path.Should().EndWith($"/orders/{Orders.Id}/transitions?after=1");
        Sidecar
            .Calls.Last()
            .Headers["authorization"]
            .Should()
            .Be(Ann.DefaultRequestHeaders.Authorization!.ToString(), "Orders decides who may see it");
        Sidecar.Calls.Last().Headers["dapr-api-token"].Should().Be("the-sidecars-token");
    }

    [Fact]
    public async Task N1_News_that_come_twice_or_late_or_in_disorder_are_told_once_and_in_order()
    {
        var accepted = Orders.Moves("accepted");
        await using var stream = await OpenAsync();
        (await stream.VersionAsync()).Should().Be("1 status");
        var (reserved, paid, confirmed) = (Orders.Moves("reserved"), Orders.Moves("paid"), Orders.Moves("confirmed"));

        Hear(paid, reserved, reserved, accepted, confirmed, paid);
        Hear(Orders.Moves("shipped"));

        foreach (var version in Enumerable.Range(2, 4))
            (await stream.VersionAsync()).Should().Be($"{version} status");
    }

    [Fact]
    public async Task N1_What_is_missing_is_asked_of_Orders_at_once()
    {
        Orders.Moves("accepted");
        await using var stream = await OpenAsync();
        (await stream.VersionAsync()).Should().Be("1 status");
        Orders.Moves("reserved");
        Hear(Orders.Moves("paid"));

        (await stream.VersionAsync()).Should().Be("2 status");
        (await stream.VersionAsync()).Should().Be("3 status");
        Orders.Asked.Should().Be(2);
    }

    [Fact]
    public async Task N1_News_that_are_lost_are_found_when_a_silent_stream_is_compared_with_Orders()
    {
        Orders.Moves("accepted");
        await using var stream = await OpenAsync();
        (await stream.VersionAsync()).Should().Be("1 status");
        Orders.Moves("reserved");

        var next = stream.VersionAsync();
        await Wait.UntilAsync(
            () =>
            {
                Time.Advance(TimeSpan.FromSeconds(5));
                return Task.FromResult(next.IsCompleted);
            },
            "the loss is found"
        );
        (await next).Should().Be("2 status");
    }

    [Theory]
    [InlineData("7")]
    [InlineData("99999999999999999999")]
    public async Task N1_A_client_that_is_ahead_of_the_order_is_told_the_present_and_goes_on_from_there(string ahead)
    {
        Orders.Moves("accepted");
        Orders.Moves("reserved");
        await using var stream = await OpenAsync(ahead);

        (await stream.NextAsync()).Should().StartWith("2 snapshot {").And.Contain("\"status\":\"reserved\"");
        Hear(Orders.Moves("paid"));
        (await stream.VersionAsync()).Should().Be("3 status");
    }

    [Theory]
    [InlineData("rejected")]
    [InlineData("cancelled")]
    [InlineData("expired")]
    [InlineData("delivered")]
    public async Task N1_The_last_status_ends_the_stream_and_who_comes_again_is_told_to_stop(string status)
    {
        Orders.Moves("accepted");
        await using var stream = await OpenAsync();
        Hear(Orders.Moves(status));
        (await stream.VersionAsync()).Should().Be("1 status");
        (await stream.VersionAsync()).Should().Be("2 status");
        (await stream.NextAsync()).Should().BeNull();

        (await GetAsync("2")).StatusCode.Should().Be(HttpStatusCode.NoContent);
        await using var late = await OpenAsync("1");
        (await late.VersionAsync()).Should().Be("2 status");
        (await late.NextAsync()).Should().BeNull();
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("-1")]
    [InlineData("1.5")]
    public async Task A_last_event_id_that_is_no_version_is_refused(string id) =>
        await IsProblemAsync(await GetAsync(id), 400, "bad-last-event-id");

    [Theory]
    [InlineData(404, "not-found")]
    [InlineData(403, "forbidden")]
    public async Task What_Orders_refuses_is_refused_before_a_stream_begins(int status, string kind)
    {
        Orders.Instead = context => Problems.Of(status, kind, "No", "No.").ExecuteAsync(context);
        await IsProblemAsync(await GetAsync(), status, kind);
    }

    [Fact]
    public async Task Nobody_watches_without_a_token_and_not_while_Orders_is_away()
    {
        using var anonymous = await Gateway
            .CreateClient()
            .GetAsync($"/orders/{Orders.Id}/events", TestContext.Current.CancellationToken);
        await IsProblemAsync(anonymous, 401, "unauthenticated");
        Orders.Instead = context =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        using var away = await GetAsync();
        await IsProblemAsync(away, 503, "unavailable");
        away.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_token_that_has_run_out_ends_the_stream()
    {
        Orders.Moves("accepted");
        await using var stream = await OpenAsync();
        (await stream.VersionAsync()).Should().Be("1 status");
        Orders.Instead = context => Problems.Of(401, "unauthenticated", "No", "No.").ExecuteAsync(context);
        Orders.Moves("reserved");
        Hear(Orders.Moves("paid"));

        (await stream.NextAsync()).Should().BeNull();
    }

    [Fact]
    public async Task N1_Every_replica_of_the_gateway_hears_every_page_from_its_own_sidecar()
    {
        await using var other = Replica();
        Orders.Moves("accepted");
        await using var here = await OpenAsync();
        await using var there = await OpenAsync(client: other.As(Identity.Customer, "ann"));
        foreach (var status in (string[])["reserved", "paid", "confirmed"])
        {
            var page = FakeOrders.Page(Orders.Moves(status));
            foreach (var replica in new[] { Gateway, other })
                (await DeliverAsync(replica, page, Token)).Should().Be(HttpStatusCode.OK);
        }

        foreach (var stream in new[] { here, there })
        foreach (var version in Enumerable.Range(1, 4))
            (await stream.VersionAsync()).Should().Be($"{version} status");
        Orders.Asked.Should().Be(2, "each asked once, to begin with");
    }

    [Fact]
    public async Task The_sidecar_learns_what_to_bring_and_nobody_else_can_bring_anything()
    {
        using var asked = new HttpRequestMessage(HttpMethod.Get, "/dapr/subscribe")
        {
            Headers = { { SidecarDoor.Header, Token } },
        };
        using var answer = await Gateway.CreateClient().SendAsync(asked, TestContext.Current.CancellationToken);
        var subscriptions = await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        subscriptions
            .EnumerateArray()
            .Select(s => (s.GetProperty("pubsubName").GetString(), s.GetProperty("topic").GetString()))
            .Should()
            .Equal((Components.Broadcast, Topics.BroadcastOf(Topics.Orders)));

        var page = FakeOrders.Page(Orders.Moves("accepted"));
        (await DeliverAsync(Gateway, page, null)).Should().Be(HttpStatusCode.Unauthorized);
        (await DeliverAsync(Gateway, page, "guessed")).Should().Be(HttpStatusCode.Unauthorized);
        foreach (var own in (string?[])[null, ""])
        {
            await using var open = new ServiceHost<Program>(
                null,
                [("DAPR_HTTP_ENDPOINT", Sidecar.Address), .. own is null ? [] : new[] { ("APP_API_TOKEN", own) }]
            );
            foreach (var shown in (string?[])[null, ""])
                (await DeliverAsync(open, page, shown))
                    .Should()
                    .Be(HttpStatusCode.Unauthorized, "without a token of its own it lets nobody in");
        }
    }
}
