using System.Diagnostics;
using System.Net;
using System.Text;
using DaprShop.ServiceDefaults;
using Yarp.ReverseProxy.Forwarder;

namespace DaprShop.Gateway.Sidecar;

/// <summary>The gateway's own Dapr sidecar, through which it invokes every service.</summary>
internal sealed class DaprSidecar(IConfiguration configuration)
{
    private readonly string _address = configuration["DAPR_HTTP_ENDPOINT"]?.TrimEnd('/')
        ?? $"http://127.0.0.1:{configuration["DAPR_HTTP_PORT"] ?? "3500"}";

    /// <summary>The token that the sidecar requires; null if it was started without one.</summary>
    public string? ApiToken { get; } = configuration["DAPR_API_TOKEN"];

    /// <summary>Answers 204 once the sidecar's components are ready.</summary>
    public Uri HealthUrl => new($"{_address}/v1.0/healthz/outbound");

    /// <summary>The prefix of URLs that invoke <paramref name="app"/>.</summary>
    public string InvocationUrl(string app) => $"{_address}/v1.0/invoke/{app}/method";

    /// <summary>
    /// Connections to the sidecar that forward responses unchanged, as a proxy must. They are kept open, and their
    /// number is not limited.
    /// </summary>
    public static HttpMessageHandler CreateHandler() =>
        new SpuriousSuccessHandler
        {
            InnerHandler = new SocketsHttpHandler
            {
                UseProxy = false,
                UseCookies = false,
                AllowAutoRedirect = false,
                AutomaticDecompression = DecompressionMethods.None,
                // The encoding that Kestrel reads. Otherwise a request with a non-ASCII header could not be sent.
                RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
                ConnectTimeout = TimeSpan.FromSeconds(5),
                ActivityHeadersPropagator = new ReverseProxyPropagator(DistributedContextPropagator.Current),
            },
        };
}
