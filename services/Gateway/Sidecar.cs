using System.Diagnostics;
using System.Net;
using System.Text;
using DaprShop.ServiceDefaults;
using Yarp.ReverseProxy.Forwarder;

namespace DaprShop.Gateway;

/// <summary>The gateway's own sidecar, by which it reaches every service.</summary>
internal sealed class Sidecar(IConfiguration configuration)
{
    private readonly string _address = configuration["DAPR_HTTP_ENDPOINT"]?.TrimEnd('/')
        ?? $"http://127.0.0.1:{configuration["DAPR_HTTP_PORT"] ?? "3500"}";

    /// <summary>The token that the sidecar asks for, if it was started with one.</summary>
    public string? ApiToken { get; } = configuration["DAPR_API_TOKEN"];

    /// <summary>True once the sidecar's components are ready.</summary>
    public Uri Health => new($"{_address}/v1.0/healthz/outbound");

    /// <summary>A client that passes on what an app answers, as a proxy must. Connections are kept; their number is not limited.</summary>
    public HttpMessageInvoker Client { get; } =
        new(
            new SpuriousSuccessHandler
            {
                InnerHandler = new SocketsHttpHandler
                {
                    UseProxy = false,
                    UseCookies = false,
                    AllowAutoRedirect = false,
                    AutomaticDecompression = DecompressionMethods.None,
                    // As Kestrel reads them. A header that is not ASCII would else be no request at all.
                    RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
                    ConnectTimeout = TimeSpan.FromSeconds(5),
                    ActivityHeadersPropagator = new ReverseProxyPropagator(DistributedContextPropagator.Current),
                },
            }
        );

    /// <summary>Where <paramref name="app"/> is invoked.</summary>
    public string MethodsOf(string app) => $"{_address}/v1.0/invoke/{app}/method";
}
