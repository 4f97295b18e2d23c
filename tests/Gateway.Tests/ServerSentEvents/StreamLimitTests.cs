using System.Net;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Microsoft.Extensions.Options;

namespace DaprShop.Gateway.Tests;

/// <summary>The limits of open streams per caller, and their settings.</summary>
public sealed class StreamLimitTests : LiveStatusTestBase
{
    [Fact]
    public async Task A_customer_may_open_twenty_streams_and_another_after_one_has_ended()
    {
        Orders.Change("accepted");
        var open = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => OpenAsync()));
        using var rejected = await GetAsync();
        var problem = await IsProblemAsync(rejected, 429, "too-many-streams");
        (problem.GetProperty("allowed").GetInt32(), rejected.Headers.RetryAfter!.Delta)
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
                "a stream can be opened again"
            );
        }

        foreach (var stream in open)
            await stream.DisposeAsync();
        await Wait.UntilAsync(() => Task.FromResult(Hub.Watched == 0), "ended streams leave nothing behind");
    }

    [Fact]
    public async Task An_operator_may_open_more_streams_than_a_customer()
    {
        Orders.Change("accepted");
        var olga = Gateway.As(Identity.Operator, "olga");
        var open = await Task.WhenAll(Enumerable.Range(0, 21).Select(_ => OpenAsync(client: olga)));
        foreach (var stream in open)
            await stream.DisposeAsync();
    }

    [Fact]
    public async Task Streams_of_bulk_jobs_count_towards_the_same_limit()
    {
        Orders.Change("accepted");
        var open = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => OpenAsync()));
        using var rejected = await Ann.GetAsync(
            $"bulk-orders/{Orders.Id}/events",
            TestContext.Current.CancellationToken
        );
        await IsProblemAsync(rejected, 429, "too-many-streams");
        foreach (var stream in open)
            await stream.DisposeAsync();
    }

    [Theory]
    [InlineData("HeartbeatInterval", "00:00:00")]
    [InlineData("ReconnectDelay", "00:00:00")]
    [InlineData("ReconcileInterval", "-00:00:01")]
    [InlineData("MaxPerCustomer", "0")]
    [InlineData("MaxPerOperator", "0")]
    public void The_gateway_does_not_start_with_a_setting_out_of_range(string setting, string value)
    {
        var start = () =>
            new ServiceHost<Program>(null, ("DAPR_HTTP_ENDPOINT", Sidecar.Address), ($"Streams:{setting}", value));
        start.Should().Throw<OptionsValidationException>().WithMessage($"*{setting}*");
    }
}
