using System.Net;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;

namespace DaprShop.Orders.Tests;

/// <summary>PostgreSQL is unavailable.</summary>
public sealed class OutageTests
{
    [Theory]
    [InlineData("GET", "orders")]
    [InlineData("GET", "orders/01a20a8f-35e4-76fe-8b28-c5edcb24079f")]
    [InlineData("GET", "orders/01a20a8f-35e4-76fe-8b28-c5edcb24079f/shipments")]
    [InlineData("GET", "orders/01a20a8f-35e4-76fe-8b28-c5edcb24079f/transitions")]
    [InlineData("POST", "orders/01a20a8f-35e4-76fe-8b28-c5edcb24079f/cancel")]
    [InlineData("GET", "bulk-orders")]
    [InlineData("GET", "ops/backlog")]
    [InlineData("GET", "ops/orders/summary")]
    [InlineData("GET", "ops/attention")]
    public async Task Requests_that_need_the_database_return_503_while_it_is_away(string method, string path)
    {
        await using var service = new ServiceHost<Program>("Host=127.0.0.1;Port=9;Username=nobody;Password=none");
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var answer = await service
            .As(Identity.Operator)
            .SendAsync(request, TestContext.Current.CancellationToken);
        (answer.StatusCode, answer.Headers.RetryAfter?.Delta)
            .Should()
            .Be((HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(1)));
    }
}
