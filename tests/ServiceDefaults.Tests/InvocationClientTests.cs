using System.Net;
using Microsoft.Extensions.DependencyInjection;

namespace DaprShop.ServiceDefaults.Tests;

/// <summary>Clients that invoke other services through the sidecar.</summary>
public sealed class InvocationClientTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task However_many_modules_ask_for_a_client_it_invokes_its_service(int registrations)
    {
        var sidecar = new Sidecar();
        var services = new ServiceCollection().AddSingleton(NoFailpoints.Instance);
        for (var i = 0; i < registrations; i++)
            services.AddInvocationClient("orders");
        services.AddHttpClient("orders").ConfigurePrimaryHttpMessageHandler(() => sidecar);
        await using var provider = services.BuildServiceProvider();

        await provider
            .GetRequiredService<ServiceInvoker>()
            .PostAsync("orders", "payments/lapsed", new { }, CancellationToken.None);

        sidecar.Path.Should().Be("/v1.0/invoke/orders/method/payments/lapsed");
    }

    private sealed class Sidecar : HttpMessageHandler
    {
        public string? Path { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            Path = request.RequestUri!.AbsolutePath;
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.NoContent));
        }
    }
}
