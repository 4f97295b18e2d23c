using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Gateway.LiveStatus;
using DaprShop.Gateway.ServerSentEvents;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Microsoft.AspNetCore.Http;

namespace DaprShop.Gateway.Tests;

/// <summary>Outages of Orders and its sidecar, and broadcasts that arrive at a bad moment.</summary>
public sealed class LiveOutageTests : LiveStatusTestBase
{
    public static TheoryData<string> Outages =>
        ["empty 500", "problem 503", "sidecar 403", "connection closed", "body breaks off"];

    [Theory, MemberData(nameof(Outages))]
    public async Task N1_During_an_outage_of_Orders_an_open_stream_waits_and_loses_no_change(string outage)
    {
        Orders.Change("accepted");
        await using var stream = await OpenAsync();
        (await stream.VersionAsync()).Should().Be("1 status");
        Orders.Override = context => FailAsync(outage, context);
        Orders.Change("reserved");
        Broadcast(Orders.Change("paid"));
        await Wait.UntilAsync(() => Task.FromResult(Orders.Requests >= 2), "the stream has asked Orders");
        Orders.Override = null;
        Broadcast(Orders.Change("confirmed"));

        foreach (var version in Enumerable.Range(2, 3))
            (await stream.VersionAsync()).Should().Be($"{version} status");
    }

    [Fact]
    public async Task N1_A_request_to_Orders_times_out_after_ten_seconds_and_is_repeated()
    {
        Orders.Change("accepted");
        await using var stream = await OpenAsync();
        (await stream.VersionAsync()).Should().Be("1 status");
        Orders.Override = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        Orders.Change("reserved");
        Broadcast(Orders.Change("paid"));
        await Wait.UntilAsync(() => Task.FromResult(Orders.Requests == 2), "the stream asks Orders");
        Orders.Override = null;

        var next = stream.VersionAsync();
        await Wait.UntilAsync(
            () =>
            {
                Time.Advance(TimeSpan.FromSeconds(10));
                return Task.FromResult(next.IsCompleted);
            },
            "the stream asks again"
        );
        (await next).Should().Be("2 status");
    }

    [Fact]
    public async Task N1_Changes_during_the_first_request_are_sent_and_a_full_buffer_costs_one_more_request()
    {
        var old = new OrderTransitions(Orders.Id, 1, "accepted", [Orders.Change("accepted")]);
        var requested = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        Orders.Override = async context =>
        {
            Orders.Override = null;
            requested.SetResult();
            await release.Task;
            await context.Response.WriteAsJsonAsync(old, JsonSerializerOptions.Web);
        };
        var opening = OpenAsync();
        await requested.Task;
        for (var i = 0; i < 100; i++)
            Broadcast(Orders.Change(i % 2 == 0 ? "needs_attention" : "accepted"));
        release.SetResult();

        await using var stream = await opening;
        foreach (var version in Enumerable.Range(1, 101))
            (await stream.VersionAsync()).Should().Be($"{version} status");
        Orders.Requests.Should().Be(2);
    }

    [Fact]
    public async Task N1_A_client_that_is_ahead_gets_the_newest_state_of_an_order_that_changes_meanwhile()
    {
        Orders.Change("accepted");
        Orders.Change("reserved");
        Orders.Override = context =>
        {
            Orders.Override = null;
            Orders.Change("paid");
            return context.Response.WriteAsJsonAsync(
                new OrderTransitions(Orders.Id, 2, "reserved", []),
                JsonSerializerOptions.Web
            );
        };
        await using var stream = await OpenAsync("7");
        (await stream.VersionAsync()).Should().Be("3 snapshot");
        Broadcast(Orders.Change("confirmed"));
        (await stream.VersionAsync()).Should().Be("4 status");
    }

    [Fact]
    public async Task A_broadcast_that_the_client_has_already_causes_no_request()
    {
        var accepted = Orders.Change("accepted");
        await using var stream = await OpenAsync();
        (await stream.VersionAsync()).Should().Be("1 status");
        Broadcast(accepted);
        Broadcast(Orders.Change("reserved"));

        (await stream.VersionAsync()).Should().Be("2 status");
        Orders.Requests.Should().Be(1);
    }

    [Fact]
    public async Task N1_A_client_that_is_up_to_date_waits_for_the_next_change()
    {
        Orders.Change("accepted");
        await using var stream = await OpenAsync("1");
        Broadcast(Orders.Change("reserved"));
        (await stream.VersionAsync()).Should().Be("2 status");
    }

    [Fact]
    public void Events_of_an_unknown_type_are_ignored()
    {
        var hub = new OrderStatusHub(new StreamOptions(), Time);
        using var subscription = hub.Subscribe(Orders.Id);
        hub.Handle(
            new EventPage(
                Apps.Orders,
                [
                    new LoggedEvent(
                        1,
                        Guid.Empty,
                        "order.unknown",
                        $"{Orders.Id}",
                        1,
                        DateTimeOffset.UnixEpoch,
                        null,
                        JsonElement.Parse("{}")
                    ),
                ]
            )
        );
        subscription.Broadcasts.TryRead(out _).Should().BeFalse();
    }

    private static async Task FailAsync(string outage, HttpContext context)
    {
        switch (outage)
        {
            case "empty 500":
                context.Response.StatusCode = 500;
                return;
            case "problem 503":
                await Problems.Of(503, "unavailable", "No", "No.").ExecuteAsync(context);
                return;
            case "sidecar 403":
                context.Response.StatusCode = 403;
                await context.Response.WriteAsJsonAsync(new { errorCode = "ERR_DIRECT_INVOKE" });
                return;
            case "body breaks off":
                context.Response.ContentLength = 1_000;
                await context.Response.WriteAsync("{");
                await context.Response.Body.FlushAsync();
                break;
        }

        context.Abort();
    }
}
