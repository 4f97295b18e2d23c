using System.Net;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Microsoft.AspNetCore.Http;

namespace DaprShop.Gateway.Tests;

/// <summary>Reconnecting clients are served from the cache; when Orders is asked nevertheless.</summary>
public sealed class ReconnectTests : LiveStatusTestBase
{
    private static readonly TimeSpan ReconcileInterval = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task N1_A_client_that_reconnects_at_once_gets_the_changes_since_without_a_request_to_Orders()
    {
        await WatchFirstVersionAsync();
        Broadcast(Orders.Change("reserved"));
        Broadcast(Orders.Change("paid"));
        await using (var again = await OpenAsync("1"))
        {
            (await again.VersionAsync()).Should().Be("2 status");
            (await again.VersionAsync()).Should().Be("3 status");
        }

        await using var last = await OpenAsync("3");
        Broadcast(Orders.Change("delivered"));
        (await last.NextAsync()).Should().StartWith("4 status {").And.Contain("\"status\":\"delivered\"");
        (await last.NextAsync()).Should().BeNull();
        (await GetAsync("4")).StatusCode.Should().Be(HttpStatusCode.NoContent);
        Orders.Requests.Should().Be(1);
    }

    [Fact]
    public async Task N1_The_cache_serves_only_callers_that_Orders_has_authorized()
    {
        await WatchFirstVersionAsync();
        await using (await OpenAsync(client: Gateway.As(Identity.Operator, "olga")))
            Orders
                .Requests.Should()
                .Be(2, "an operator's response is not cached for a customer, nor a customer's for an operator");
        Orders.Override = context => Problems.Of(404, "not-found", "No", "No.").ExecuteAsync(context);

        await IsProblemAsync(await GetAsync("1", Gateway.As(Identity.Customer, "eve")), 404, "not-found");
        await using var again = await OpenAsync("1");
    }

    [Fact]
    public async Task N1_A_lost_broadcast_is_found_after_five_seconds_however_often_clients_reconnect()
    {
        await WatchFirstVersionAsync();
        Orders.Change("reserved");
        for (var i = 0; i < 4; i++)
        {
            Time.Advance(ReconcileInterval / 5);
            await using var early = await OpenAsync("1");
        }

        Orders.Requests.Should().Be(1);
        Time.Advance(ReconcileInterval / 5);
        await using var again = await OpenAsync("1");
        (await again.VersionAsync()).Should().Be("2 status");
    }

    [Fact]
    public async Task N1_A_version_that_is_missing_in_the_cache_is_fetched_from_Orders()
    {
        await WatchFirstVersionAsync();
        Orders.Change("reserved");
        Broadcast(Orders.Change("paid"));

        await using (var again = await OpenAsync("1"))
            foreach (var version in Enumerable.Range(2, 2))
                (await again.VersionAsync()).Should().Be($"{version} status");
        Orders.Requests.Should().Be(2);
        await using var first = await OpenAsync();
        foreach (var version in Enumerable.Range(1, 3))
            (await first.VersionAsync()).Should().Be($"{version} status");
        Orders.Requests.Should().Be(2, "it is cached now");
    }

    [Fact]
    public async Task N1_A_client_that_is_ahead_of_the_cache_is_served_by_Orders()
    {
        await WatchFirstVersionAsync();
        Orders.Change("reserved");
        Orders.Change("paid");

        await using var ahead = await OpenAsync("2");
        (await ahead.VersionAsync()).Should().Be("3 status");
    }

    [Fact]
    public async Task N1_A_response_older_than_a_broadcast_is_not_cached()
    {
        var accepted = new OrderTransitions(Orders.Id, 1, "accepted", [Orders.Change("accepted")]);
        Orders.Override = context =>
        {
            Orders.Override = null;
            Broadcast(Orders.Change("reserved"));
            return context.Response.WriteAsJsonAsync(accepted, JsonSerializerOptions.Web);
        };
        await using (await OpenAsync())
            Orders.Requests.Should().Be(1);
        await using (await OpenAsync())
            Orders.Requests.Should().Be(2);
        await using (await OpenAsync())
            Orders.Requests.Should().Be(2);
    }

    [Fact]
    public async Task An_order_without_streams_is_evicted_after_five_seconds()
    {
        await WatchFirstVersionAsync();
        Hub.Tracked.Should().Be(1);
        Time.Advance(ReconcileInterval);
        Hub.Handle(new EventPage(Apps.Orders, []));
        Hub.Tracked.Should().Be(0);

        await using (await OpenAsync())
            Time.Advance(ReconcileInterval);
        await Wait.UntilAsync(
            () => Task.FromResult(Hub.Tracked == 0),
            "a stream that was open longer leaves nothing behind"
        );
    }

    private async Task WatchFirstVersionAsync()
    {
        Orders.Change("accepted");
        await using (var stream = await OpenAsync())
            (await stream.VersionAsync()).Should().Be("1 status");
        await Wait.UntilAsync(() => Task.FromResult(Hub.Watched == 0), "the stream has ended");
    }
}
