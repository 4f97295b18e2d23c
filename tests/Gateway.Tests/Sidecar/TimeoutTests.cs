using System.Net;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace DaprShop.Gateway.Tests;

/// <summary>The timeouts of the gateway's calls, with a fake clock.</summary>
public sealed class TimeoutTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private FakeSidecar _sidecar = null!;
    private ServiceHost<Program> _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _sidecar = await FakeSidecar.StartAsync();
        _gateway = new ServiceHost<Program>(
            null,
            services => services.AddSingleton<TimeProvider>(_time),
            ("DAPR_HTTP_ENDPOINT", _sidecar.Address)
        );
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _sidecar.DisposeAsync();
    }

    [Fact]
    public async Task The_gateway_is_not_ready_when_its_sidecar_is_unhealthy_or_silent_for_two_seconds()
    {
        (await GetAsync("/health/ready")).Should().Be(HttpStatusCode.OK);
        _sidecar.Health = context =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        (await GetAsync("/health/ready")).Should().Be(HttpStatusCode.ServiceUnavailable);
        _sidecar.Health = NeverAsync;
        (await WhileTimePassesAsync(GetAsync("/health/ready"), seconds: 2))
            .Should()
            .Be(HttpStatusCode.ServiceUnavailable);
    }

    [Theory]
    [InlineData("orders", HttpStatusCode.ServiceUnavailable)]
    [InlineData("inventory", HttpStatusCode.ServiceUnavailable)]
    [InlineData("history", HttpStatusCode.OK)]
    public async Task The_gateway_is_not_ready_while_a_service_that_takes_orders_is_not(
        string app,
        HttpStatusCode readiness
    )
    {
        _sidecar.Respond = context =>
        {
            context.Response.StatusCode = context.Request.Path.StartsWithSegments($"/v1.0/invoke/{app}") ? 503 : 200;
            return Task.CompletedTask;
        };

        (await GetAsync("/health/ready")).Should().Be(readiness);
    }

    [Fact]
    public async Task The_gateway_is_not_ready_while_a_service_that_takes_orders_is_silent()
    {
        _sidecar.Respond = NeverAsync;
        (await WhileTimePassesAsync(GetAsync("/health/ready"), seconds: 2))
            .Should()
            .Be(HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task A_service_whose_document_takes_three_seconds_is_left_out()
    {
        _sidecar.Respond = NeverAsync;
        (await WhileTimePassesAsync(GetAsync("/openapi/v1.json"), seconds: 3)).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_stream_of_a_bulk_job_fails_when_Orders_does_not_respond_in_thirty_seconds()
    {
        _sidecar.Respond = NeverAsync;
        (await WhileTimePassesAsync(GetAsync($"/bulk-orders/{Guid.CreateVersion7()}/events"), seconds: 30))
            .Should()
            .Be(HttpStatusCode.ServiceUnavailable);
    }

    private static Task NeverAsync(HttpContext context) => Task.Delay(Timeout.Infinite, context.RequestAborted);

    private async Task<HttpStatusCode> GetAsync(string path)
    {
        using var response = await _gateway.As(Identity.Customer).GetAsync(path, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    private async Task<HttpStatusCode> WhileTimePassesAsync(Task<HttpStatusCode> request, int seconds)
    {
        await Wait.UntilAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(seconds));
                return Task.FromResult(request.IsCompleted);
            },
            "the request times out"
        );
        return await request;
    }
}
