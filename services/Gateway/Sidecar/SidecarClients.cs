using Polly;

namespace DaprShop.Gateway.Sidecar;

/// <summary>
/// Registers HTTP clients that call services through the sidecar, each with its timeouts and retries.
/// </summary>
internal static class SidecarClients
{
    /// <summary>A client that waits <paramref name="timeout"/> for a response and does not retry.</summary>
    public static IServiceCollection AddSidecarClient(
        this IServiceCollection services,
        string name,
        TimeSpan timeout
    ) => services.AddSidecarClient(name, (pipeline, _) => pipeline.AddTimeout(timeout));

    /// <summary>
    /// A client whose pipeline <paramref name="configure"/> builds. The pipeline covers the response's body too; the
    /// client sends the token that the sidecar requires.
    /// </summary>
    public static IServiceCollection AddSidecarClient(
        this IServiceCollection services,
        string name,
        Action<ResiliencePipelineBuilder<HttpResponseMessage>, IServiceProvider> configure
    )
    {
        var client = services
            .AddHttpClient(name, (provider, client) =>
            {
                client.Timeout = Timeout.InfiniteTimeSpan;
                if (provider.GetRequiredService<DaprSidecar>().ApiToken is { } token)
                    client.DefaultRequestHeaders.Add(SidecarTokenPolicy.Header, token);
            })
            .ConfigurePrimaryHttpMessageHandler(DaprSidecar.CreateHandler)
            // The sidecar's address does not change, so the connections need not be renewed.
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .RemoveAllLoggers();
        client.AddResilienceHandler("sidecar", (pipeline, context) =>
        {
            pipeline.TimeProvider = context.ServiceProvider.GetRequiredService<TimeProvider>();
            configure(pipeline, context.ServiceProvider);
        });
        client.AddHttpMessageHandler(() => new BodyBuffering());
        return services;
    }

    /// <summary>
    /// Reads the body inside the pipeline, so that timeouts and retries cover a body that stalls or breaks off.
    /// </summary>
    private sealed class BodyBuffering : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            var response = await base.SendAsync(request, cancellationToken);
            try
            {
                await response.Content.LoadIntoBufferAsync(cancellationToken);
                return response;
            }
            catch
            {
                response.Dispose();
                throw;
            }
        }
    }
}
