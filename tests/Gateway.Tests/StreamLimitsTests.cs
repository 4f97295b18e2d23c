using System.Net;
using DaprShop.Gateway.Streams;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Microsoft.Extensions.Configuration;

namespace DaprShop.Gateway.Tests;

/// <summary>How many streams there may be, and that nothing is kept of those that ended.</summary>
public sealed class StreamLimitsTests : WatchingTests
{
    [Fact]
    public async Task A_customer_has_twenty_streams_and_the_next_is_refused_until_one_ends()
    {
        Orders.Moves("accepted");
        var open = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => OpenAsync()));
        using var refused = await GetAsync();
        var problem = await IsProblemAsync(refused, 429, "too-many-streams");
        (problem.GetProperty("allowed").GetInt32(), refused.Headers.RetryAfter!.Delta)
            .Should()
            .Be((20, TimeSpan.FromSeconds(1)));
        await using (await OpenAsync(client: Gateway.As(Identity.Customer, "bob")))
        await using (await OpenAsync(client: Gateway.As(Identity.Operator, "olga")))
        {
            await open[0].DisposeAsync();
            await Wait.UntilAsync(
                async () =>
                {
                    using var again = await GetAsync();
                    return again.StatusCode == HttpStatusCode.OK;
                },
                "there is a place again"
            );
        }

        foreach (var stream in open)
            await stream.DisposeAsync();
        await Wait.UntilAsync(() => Task.FromResult(Live.Watched == 0), "nothing is kept of streams that ended");
    }

    [Fact]
    public async Task An_operator_has_more_streams_than_a_customer()
    {
        Orders.Moves("accepted");
        var olga = Gateway.As(Identity.Operator, "olga");
        var open = await Task.WhenAll(Enumerable.Range(0, 21).Select(_ => OpenAsync(client: olga)));
        foreach (var stream in open)
            await stream.DisposeAsync();
    }

    [Fact]
    public async Task Watching_bulk_jobs_takes_places_too()
    {
        Orders.Moves("accepted");
        var open = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => OpenAsync()));
        using var refused = await Ann.GetAsync(
            $"bulk-orders/{Orders.Id}/events",
            TestContext.Current.CancellationToken
        );
        await IsProblemAsync(refused, 429, "too-many-streams");
        foreach (var stream in open)
            await stream.DisposeAsync();
    }

    [Theory]
    [InlineData("Heartbeat")]
    [InlineData("Retry")]
    [InlineData("Compare")]
    [InlineData("PerCustomer")]
    [InlineData("PerOperator")]
    public void A_setting_that_is_not_above_zero_starts_no_gateway(string setting)
    {
        var read = () =>
            StreamSettings.From(
                new ConfigurationBuilder().AddInMemoryCollection([new($"Streams:{setting}", "0")]).Build()
            );
        read.Should().Throw<InvalidOperationException>().WithMessage("*above zero*");
    }
}
