using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace DaprShop.Gateway;

/// <summary>The gateway is ready when its sidecar is.</summary>
internal sealed class SidecarHealth(Sidecar sidecar, TimeProvider time) : IHealthCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    )
    {
        using var late = new CancellationTokenSource(Patience, time);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            using var response = await sidecar.Client.SendAsync(
                new HttpRequestMessage(HttpMethod.Get, sidecar.Health),
                patience.Token
            );
            return response.IsSuccessStatusCode
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy($"The sidecar answers {(int)response.StatusCode}.");
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy("The sidecar does not answer.", e);
        }
    }
}
