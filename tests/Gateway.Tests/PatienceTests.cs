using System.Net;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace DaprShop.Gateway.Tests;

/// <summary>How long the gateway waits for whom. Its clock is a fake one.</summary>
public sealed class PatienceTests : IAsyncLifetime
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
    public async Task A_sidecar_that_is_not_well_or_does_not_say_so_in_two_seconds_makes_the_gateway_not_ready()
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

    [Fact]
    public async Task A_service_that_does_not_give_its_document_in_three_seconds_is_left_out()
    {
        _sidecar.Answer = NeverAsync;
        (await WhileTimePassesAsync(GetAsync("/openapi/v1.json"), seconds: 3)).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Orders_that_does_not_answer_for_a_bulk_job_in_thirty_seconds_is_away()
    {
        _sidecar.Answer = NeverAsync;
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

    private async Task<HttpStatusCode> WhileTimePassesAsync(Task<HttpStatusCode> asking, int seconds)
    {
        await Wait.UntilAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(seconds));
                return Task.FromResult(asking.IsCompleted);
            },
            "it is waited for no longer"
        );
        return await asking;
    }
}
