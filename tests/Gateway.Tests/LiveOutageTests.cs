using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Gateway.Streams;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Microsoft.AspNetCore.Http;

namespace DaprShop.Gateway.Tests;

/// <summary>What Orders, its sidecar and the news do to a stream, and what they do not.</summary>
public sealed class LiveOutageTests : WatchingTests
{
    public static TheoryData<string> Outages =>
        [
            "an error",
            "an error in the words of a service",
            "an error of a sidecar",
            "a connection that breaks",
            "an answer that breaks off",
        ];

    [Theory, MemberData(nameof(Outages))]
    public async Task N1_While_Orders_is_away_an_open_stream_waits_and_loses_nothing(string outage)
    {
        Orders.Moves("accepted");
        await using var stream = await OpenAsync();
        (await stream.VersionAsync()).Should().Be("1 status");
        Orders.Instead = context => FailAsync(outage, context);
        Orders.Moves("reserved");
        Hear(Orders.Moves("paid"));
        await Wait.UntilAsync(() => Task.FromResult(Orders.Asked >= 2), "it asks in vain");
        Orders.Instead = null;
        Hear(Orders.Moves("confirmed"));

        foreach (var version in Enumerable.Range(2, 3))
            (await stream.VersionAsync()).Should().Be($"{version} status");
    }

    [Fact]
    public async Task N1_Orders_that_does_not_answer_in_ten_seconds_is_away()
    {
        Orders.Moves("accepted");
        await using var stream = await OpenAsync();
        (await stream.VersionAsync()).Should().Be("1 status");
        Orders.Instead = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        Orders.Moves("reserved");
        Hear(Orders.Moves("paid"));
        await Wait.UntilAsync(() => Task.FromResult(Orders.Asked == 2), "it asks");
        Orders.Instead = null;

        var next = stream.VersionAsync();
        await Wait.UntilAsync(
            () =>
            {
                Time.Advance(TimeSpan.FromSeconds(10));
                return Task.FromResult(next.IsCompleted);
            },
            "it asks again"
        );
        (await next).Should().Be("2 status");
    }

    [Fact]
    public async Task N1_What_happens_while_Orders_answers_is_heard_and_what_a_slow_watcher_cannot_keep_costs_one_question()
    {
        var old = new OrderTransitions(Orders.Id, 1, "accepted", [Orders.Moves("accepted")]);
        var (asked, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        Orders.Instead = async context =>
        {
            Orders.Instead = null;
            asked.SetResult();
            await goOn.Task;
            await context.Response.WriteAsJsonAsync(old, JsonSerializerOptions.Web);
        };
        var opening = OpenAsync();
        await asked.Task;
        for (var i = 0; i < 100; i++)
            Hear(Orders.Moves(i % 2 == 0 ? "needs_attention" : "accepted"));
        goOn.SetResult();

        await using var stream = await opening;
        foreach (var version in Enumerable.Range(1, 101))
            (await stream.VersionAsync()).Should().Be($"{version} status");
        Orders.Asked.Should().Be(2);
    }

    [Fact]
    public async Task N1_A_client_that_is_ahead_of_an_order_that_moves_meanwhile_is_told_the_present_alone()
    {
        Orders.Moves("accepted");
        Orders.Moves("reserved");
        Orders.Instead = context =>
        {
            Orders.Instead = null;
            Orders.Moves("paid");
            return context.Response.WriteAsJsonAsync(
                new OrderTransitions(Orders.Id, 2, "reserved", []),
                JsonSerializerOptions.Web
            );
        };
        await using var stream = await OpenAsync("7");
        (await stream.VersionAsync()).Should().Be("3 snapshot");
        Hear(Orders.Moves("confirmed"));
        (await stream.VersionAsync()).Should().Be("4 status");
    }

    [Fact]
    public async Task What_a_watcher_has_already_costs_no_question()
    {
        var accepted = Orders.Moves("accepted");
        await using var stream = await OpenAsync();
        (await stream.VersionAsync()).Should().Be("1 status");
        Hear(accepted);
        Hear(Orders.Moves("reserved"));

        (await stream.VersionAsync()).Should().Be("2 status");
        Orders.Asked.Should().Be(1);
    }

    [Fact]
    public async Task N1_A_client_that_has_all_of_an_order_under_way_waits_for_what_comes()
    {
        Orders.Moves("accepted");
        await using var stream = await OpenAsync("1");
        Hear(Orders.Moves("reserved"));
        (await stream.VersionAsync()).Should().Be("2 status");
    }

    [Fact]
    public void News_of_a_kind_that_is_not_known_yet_are_passed_over()
    {
        var live = new LiveOrders(new StreamSettings(), Time);
        using var watch = live.Of(Orders.Id);
        live.Handle(
            new EventPage(
                Apps.Orders,
                [
                    new LoggedEvent(
                        1,
                        Guid.Empty,
                        "order.new",
                        $"{Orders.Id}",
                        1,
                        DateTimeOffset.UnixEpoch,
                        null,
                        JsonElement.Parse("{}")
                    ),
                ]
            )
        );
        watch.News.TryRead(out _).Should().BeFalse();
    }

    private static async Task FailAsync(string outage, HttpContext context)
    {
        switch (outage)
        {
            case "an error":
                context.Response.StatusCode = 500;
                return;
            case "an error in the words of a service":
                await Problems.Of(503, "unavailable", "No", "No.").ExecuteAsync(context);
                return;
            case "an error of a sidecar":
                context.Response.StatusCode = 403;
                await context.Response.WriteAsJsonAsync(new { errorCode = "ERR_DIRECT_INVOKE" });
                return;
            case "an answer that breaks off":
                context.Response.ContentLength = 1_000;
                await context.Response.WriteAsync("{");
                await context.Response.Body.FlushAsync();
                break;
        }

        context.Abort();
    }
}
