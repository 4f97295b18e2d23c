using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Gateway.Sidecar;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Microsoft.AspNetCore.Http;

namespace DaprShop.Gateway.Tests;

/// <summary>The events of an order's stream, with broadcasts that are late, lost, repeated or out of order.</summary>
public sealed class LiveStatusTests : LiveStatusTestBase
{
    [Fact]
    public async Task N1_A_stream_begins_with_the_first_version_and_continues_with_broadcasts()
    {
        Orders.Change("accepted");
        Orders.Change("reserved");
        await using var stream = await OpenAsync();

        (await stream.NextAsync())
            .Should()
            .Be(
                $$"""1 status {"orderId":"{{Orders.Id}}","version":1,"from":null,"status":"accepted","""
                    + "\"reason\":null,\"at\":\"1970-01-01T00:00:00+00:00\"}"
            );
        (await stream.VersionAsync()).Should().Be("2 status");
        Broadcast(Orders.Change("paid", "why"));
        (await stream.NextAsync())
            .Should()
            .Be(
                $$"""3 status {"orderId":"{{Orders.Id}}","version":3,"from":"reserved","status":"paid","""
                    + "\"reason\":\"why\",\"at\":\"1970-01-01T00:00:02+00:00\"}"
            );
        Orders.Requests.Should().Be(1, "a broadcast needs no request");
    }

    [Fact]
    public async Task N1_A_stream_resumes_after_the_last_event_that_the_client_has()
    {
        foreach (var status in (string[])["accepted", "reserved", "paid"])
            Orders.Change(status);
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
    public async Task N1_Repeated_late_and_unordered_broadcasts_are_sent_once_and_in_order()
    {
        var accepted = Orders.Change("accepted");
        await using var stream = await OpenAsync();
        (await stream.VersionAsync()).Should().Be("1 status");
        var (reserved, paid, confirmed) = (
            Orders.Change("reserved"),
            Orders.Change("paid"),
            Orders.Change("confirmed")
        );

        Broadcast(paid, reserved, reserved, accepted, confirmed, paid);
        Broadcast(Orders.Change("shipped"));

        foreach (var version in Enumerable.Range(2, 4))
            (await stream.VersionAsync()).Should().Be($"{version} status");
    }

    [Fact]
    public async Task N1_A_missing_version_is_fetched_from_Orders_at_once()
    {
        Orders.Change("accepted");
        await using var stream = await OpenAsync();
        (await stream.VersionAsync()).Should().Be("1 status");
        Orders.Change("reserved");
        Broadcast(Orders.Change("paid"));

        (await stream.VersionAsync()).Should().Be("2 status");
        (await stream.VersionAsync()).Should().Be("3 status");
        Orders.Requests.Should().Be(2);
    }

    [Fact]
    public async Task N1_A_lost_broadcast_is_found_when_a_silent_stream_asks_Orders()
    {
        Orders.Change("accepted");
        await using var stream = await OpenAsync();
        (await stream.VersionAsync()).Should().Be("1 status");
        Orders.Change("reserved");

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
    public async Task N1_A_client_that_is_ahead_gets_a_snapshot_and_continues_from_there(string ahead)
    {
        Orders.Change("accepted");
        Orders.Change("reserved");
        await using var stream = await OpenAsync(ahead);

        (await stream.NextAsync()).Should().StartWith("2 snapshot {").And.Contain("\"status\":\"reserved\"");
        Broadcast(Orders.Change("paid"));
        (await stream.VersionAsync()).Should().Be("3 status");
    }

    [Theory]
    [InlineData("rejected")]
    [InlineData("cancelled")]
    [InlineData("expired")]
    [InlineData("delivered")]
    public async Task N1_A_final_status_ends_the_stream_and_a_client_that_reconnects_gets_204(string status)
    {
        Orders.Change("accepted");
        await using var stream = await OpenAsync();
        Broadcast(Orders.Change(status));
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
    public async Task A_last_event_id_that_is_not_a_version_is_rejected(string id) =>
        await IsProblemAsync(await GetAsync(id), 400, "bad-last-event-id");

    [Theory]
    [InlineData(404, "not-found")]
    [InlineData(403, "forbidden")]
    public async Task A_rejection_by_Orders_is_returned_before_a_stream_begins(int status, string kind)
    {
        Orders.Override = context => Problems.Of(status, kind, "No", "No.").ExecuteAsync(context);
        await IsProblemAsync(await GetAsync(), status, kind);
    }

    [Fact]
    public async Task No_stream_begins_without_a_token_or_while_Orders_is_unavailable()
    {
        using var anonymous = await Gateway
            .CreateClient()
            .GetAsync($"/orders/{Orders.Id}/events", TestContext.Current.CancellationToken);
        await IsProblemAsync(anonymous, 401, "unauthenticated");
        Orders.Override = context =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        using var unavailable = await GetAsync();
        await IsProblemAsync(unavailable, 503, "unavailable");
        unavailable.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task An_expired_token_ends_the_stream()
    {
        Orders.Change("accepted");
        await using var stream = await OpenAsync();
        (await stream.VersionAsync()).Should().Be("1 status");
        Orders.Override = context => Problems.Of(401, "unauthenticated", "No", "No.").ExecuteAsync(context);
        Orders.Change("reserved");
        Broadcast(Orders.Change("paid"));

        (await stream.NextAsync()).Should().BeNull();
    }

    [Fact]
    public async Task N1_Every_replica_of_the_gateway_receives_every_broadcast_from_its_own_sidecar()
    {
        await using var other = Replica();
        Orders.Change("accepted");
        await using var here = await OpenAsync();
        await using var there = await OpenAsync(client: other.As(Identity.Customer, "ann"));
        foreach (var status in (string[])["reserved", "paid", "confirmed"])
        {
            var page = FakeOrders.Page(Orders.Change(status));
            foreach (var replica in new[] { Gateway, other })
                (await DeliverAsync(replica, page, Token)).Should().Be(HttpStatusCode.OK);
        }

        foreach (var stream in new[] { here, there })
        foreach (var version in Enumerable.Range(1, 4))
            (await stream.VersionAsync()).Should().Be($"{version} status");
        Orders.Requests.Should().Be(2, "each replica asked once, at the beginning");
    }

    [Fact]
    public async Task Only_the_sidecar_can_read_the_subscriptions_and_deliver_broadcasts()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/dapr/subscribe")
        {
            Headers = { { SidecarTokenPolicy.Header, Token } },
        };
        using var response = await Gateway.CreateClient().SendAsync(request, TestContext.Current.CancellationToken);
        var subscriptions = await response.Content.ReadFromJsonAsync<JsonElement>(
            TestContext.Current.CancellationToken
        );
        subscriptions
            .EnumerateArray()
            .Select(s => (s.GetProperty("pubsubName").GetString(), s.GetProperty("topic").GetString()))
            .Should()
            .Equal((Components.Broadcast, Topics.BroadcastOf(Topics.Orders)));

        var page = FakeOrders.Page(Orders.Change("accepted"));
        (await DeliverAsync(Gateway, page, null)).Should().Be(HttpStatusCode.Unauthorized);
        (await DeliverAsync(Gateway, page, "guessed")).Should().Be(HttpStatusCode.Unauthorized);
        foreach (var own in (string?[])[null, ""])
        {
            await using var open = new ServiceHost<Program>(
                null,
                [("DAPR_HTTP_ENDPOINT", Sidecar.Address), .. own is null ? [] : new[] { ("APP_API_TOKEN", own) }]
            );
            foreach (var sent in (string?[])[null, ""])
                (await DeliverAsync(open, page, sent))
                    .Should()
                    .Be(HttpStatusCode.Unauthorized, "without a token of its own the gateway rejects every delivery");
        }
    }
}
