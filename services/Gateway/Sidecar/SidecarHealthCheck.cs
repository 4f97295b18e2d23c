using Microsoft.Extensions.Diagnostics.HealthChecks;
using Polly.Timeout;

namespace DaprShop.Gateway.Sidecar;

/// <summary>The gateway is ready when its sidecar is.</summary>
internal sealed class SidecarHealthCheck(DaprSidecar sidecar, IHttpClientFactory clients) : IHealthCheck
{
    /// <summary>Name of the HTTP client.</summary>
    public const string Client = "sidecar-health";

    /// <summary>How long the sidecar may take to report its health.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    )
    {
        try
        {
            using var client = clients.CreateClient(Client);
            using var response = await client.GetAsync(sidecar.HealthUrl, cancellationToken);
            return response.IsSuccessStatusCode
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy($"The sidecar returned {(int)response.StatusCode}.");
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutRejectedException)
        {
            return HealthCheckResult.Unhealthy("The sidecar does not respond.", e);
        }
    }
}
