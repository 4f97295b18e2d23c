using System.Net;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Microsoft.AspNetCore.Http;

namespace DaprShop.Gateway.Tests;

/// <summary>What a watcher that was cut off and comes again at once is told without a question to Orders, and when Orders is asked after all.</summary>
public sealed class ReconnectTests : WatchingTests
{
    private static readonly TimeSpan Compare = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task N1_Who_comes_again_at_once_is_told_what_happened_meanwhile_and_Orders_is_not_asked()
    {
        await WatchedToTheFirstAsync();
        Hear(Orders.Moves("reserved"));
        Hear(Orders.Moves("paid"));
        await using (var again = await OpenAsync("1"))
        {
            (await again.VersionAsync()).Should().Be("2 status");
            (await again.VersionAsync()).Should().Be("3 status");
        }

        await using var last = await OpenAsync("3");
        Hear(Orders.Moves("delivered"));
        (await last.NextAsync()).Should().StartWith("4 status {").And.Contain("\"status\":\"delivered\"");
        (await last.NextAsync()).Should().BeNull();
        (await GetAsync("4")).StatusCode.Should().Be(HttpStatusCode.NoContent);
        Orders.Asked.Should().Be(1);
    }

    [Fact]
    public async Task N1_Nobody_is_told_from_memory_what_Orders_has_not_told_him()
    {
        await WatchedToTheFirstAsync();
        await using (await OpenAsync(client: Gateway.As(Identity.Operator, "olga")))
            Orders.Asked.Should().Be(2, "an operator's answer is no customer's, and the other way round");
        Orders.Instead = context => Problems.Of(404, "not-found", "No", "No.").ExecuteAsync(context);

        await IsProblemAsync(await GetAsync("1", Gateway.As(Identity.Customer, "eve")), 404, "not-found");
        await using var again = await OpenAsync("1");
    }

    [Fact]
    public async Task N1_What_was_lost_on_the_way_is_found_five_seconds_after_Orders_answered_however_often_a_client_comes_again()
    {
        await WatchedToTheFirstAsync();
        Orders.Moves("reserved");
        for (var i = 0; i < 4; i++)
        {
            Time.Advance(Compare / 5);
            await using var early = await OpenAsync("1");
        }

        Orders.Asked.Should().Be(1);
        Time.Advance(Compare / 5);
        await using var again = await OpenAsync("1");
        (await again.VersionAsync()).Should().Be("2 status");
    }

    [Fact]
    public async Task N1_A_version_that_is_missing_is_asked_of_Orders()
    {
        await WatchedToTheFirstAsync();
        Orders.Moves("reserved");
        Hear(Orders.Moves("paid"));

        await using (var again = await OpenAsync("1"))
            foreach (var version in Enumerable.Range(2, 2))
                (await again.VersionAsync()).Should().Be($"{version} status");
        Orders.Asked.Should().Be(2);
        await using var first = await OpenAsync();
        foreach (var version in Enumerable.Range(1, 3))
            (await first.VersionAsync()).Should().Be($"{version} status");
        Orders.Asked.Should().Be(2, "it is known now");
    }

    [Fact]
    public async Task N1_Who_is_ahead_of_what_is_remembered_is_judged_by_Orders()
    {
        await WatchedToTheFirstAsync();
        Orders.Moves("reserved");
        Orders.Moves("paid");

        await using var ahead = await OpenAsync("2");
        (await ahead.VersionAsync()).Should().Be("3 status");
    }

    [Fact]
    public async Task N1_Orders_that_answers_less_than_was_heard_is_asked_again()
    {
        var accepted = new OrderTransitions(Orders.Id, 1, "accepted", [Orders.Moves("accepted")]);
        Orders.Instead = context =>
        {
            Orders.Instead = null;
            Hear(Orders.Moves("reserved"));
            return context.Response.WriteAsJsonAsync(accepted, JsonSerializerOptions.Web);
        };
        await using (await OpenAsync())
            Orders.Asked.Should().Be(1);
        await using (await OpenAsync())
            Orders.Asked.Should().Be(2);
        await using (await OpenAsync())
            Orders.Asked.Should().Be(2);
    }

    [Fact]
    public async Task An_order_that_nobody_watches_is_forgotten_five_seconds_after_Orders_answered()
    {
        await WatchedToTheFirstAsync();
        Live.Known.Should().Be(1);
        Time.Advance(Compare);
        Live.Handle(new EventPage(Apps.Orders, []));
        Live.Known.Should().Be(0);

        await using (await OpenAsync())
            Time.Advance(Compare);
        await Wait.UntilAsync(
            () => Task.FromResult(Live.Known == 0),
            "whoever watched longer than that leaves nothing behind"
        );
    }

    private async Task WatchedToTheFirstAsync()
    {
        Orders.Moves("accepted");
        await using (var stream = await OpenAsync())
            (await stream.VersionAsync()).Should().Be("1 status");
        await Wait.UntilAsync(() => Task.FromResult(Live.Watched == 0), "it has gone");
    }
}
