using DaprShop.Contracts;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Polly.Timeout;

namespace DaprShop.Gateway.Sidecar;

/// <summary>
/// The gateway is ready when the services that take orders are, asked on the way that a customer's request takes.
/// </summary>
internal sealed class ServicesHealthCheck(DaprSidecar sidecar, IHttpClientFactory clients) : IHealthCheck
{
    // Orders are accepted with these two; while another one is away, they wait.
    private static readonly string[] Needed = [Apps.Orders, Apps.Inventory];

    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    )
    {
        var problems = await Task.WhenAll(Needed.Select(app => ProblemAsync(app, cancellationToken)));
        return problems.FirstOrDefault(problem => problem is not null) is { } first
            ? HealthCheckResult.Unhealthy(first)
            : HealthCheckResult.Healthy();
    }

    private async Task<string?> ProblemAsync(string app, CancellationToken cancellationToken)
    {
        try
        {
            using var client = clients.CreateClient(SidecarHealthCheck.Client);
            var address = new Uri($"{sidecar.InvocationUrl(app)}/health/ready");
            using var response = await client.GetAsync(address, cancellationToken);
            return response.IsSuccessStatusCode ? null : $"{app} is not ready: {(int)response.StatusCode}.";
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutRejectedException)
        {
            return $"{app} does not respond.";
        }
    }
}
