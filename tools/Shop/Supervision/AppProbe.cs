using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.Shop.Topology;

namespace DaprShop.Shop.Supervision;

/// <summary>Health checks of one app and its sidecar. A missing or malformed answer counts as unhealthy.</summary>
/// <param name="neighbour">The app that must be reachable through the sidecar.</param>
internal sealed class AppProbe(DaprApp app, DaprApp neighbour) : IDisposable
{
    private const string CacheStore = "cache";
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(2) };

    public Task<bool> IsAliveAsync(CancellationToken cancel) =>
        HasStatusAsync(AppUri("/health/live"), HttpStatusCode.OK, cancel);

    public Task<bool> HasComponentsAsync(CancellationToken cancel) =>
        HasStatusAsync(SidecarUri("/v1.0/healthz/outbound"), HttpStatusCode.NoContent, cancel);

    /// <summary>Whether a workflow worker is connected; null while the sidecar does not answer.</summary>
    public async Task<bool?> HasWorkerAsync(CancellationToken cancel) =>
        await GetJsonAsync(SidecarUri("/v1.0/metadata"), cancel) is { } metadata
            ? SidecarMetadata.ConnectedWorkers(metadata) > 0
            : null;

    /// <summary>True when the sidecar gives an answer, whatever it is.</summary>
    public async Task<bool> SidecarAnswersAsync(CancellationToken cancel) =>
        await StatusAsync(SidecarUri("/v1.0/healthz"), cancel) is not null;

    /// <summary>True when the app can be invoked through this app's sidecar.</summary>
    public Task<bool> CanInvokeAsync(string appId, CancellationToken cancel) =>
        HasStatusAsync(SidecarUri($"/v1.0/invoke/{appId}/method/health/live"), HttpStatusCode.OK, cancel);

    /// <summary>Null when app and sidecar are ready to serve requests, else the problem.</summary>
    public async Task<string?> ProblemAsync(CancellationToken cancel)
    {
        if (!await HasStatusAsync(AppUri("/health/ready"), HttpStatusCode.OK, cancel))
            return $"{app.Id}: the app is not ready";
        if (!await HasStatusAsync(SidecarUri("/v1.0/healthz"), HttpStatusCode.NoContent, cancel))
            return $"{app.Id}: the sidecar is not healthy";
        if (await GetJsonAsync(SidecarUri("/v1.0/metadata"), cancel) is not { } metadata)
            return $"{app.Id}: the sidecar does not answer";
        var declared = await GetJsonAsync(AppUri("/dapr/subscribe"), cancel);
        var missing = SidecarMetadata.Declared(declared).Except(SidecarMetadata.Subscribed(metadata)).FirstOrDefault();
        if (missing is not null)
            return $"{app.Id}: the sidecar has not subscribed to {missing} yet";
        if (app.RunsWorkflows && SidecarMetadata.ConnectedWorkers(metadata) == 0)
            return $"{app.Id}: no workflow worker is connected";
        if (
            SidecarMetadata.HasComponent(metadata, CacheStore)
            && !await HasStatusAsync(
                SidecarUri($"/v1.0/state/{CacheStore}/readiness"),
                HttpStatusCode.NoContent,
                cancel
            )
        )
            return $"{app.Id}: its store does not answer";
        return await CanInvokeAsync(neighbour.Id, cancel)
            ? null
            : $"{app.Id}: its sidecar cannot invoke {neighbour.Id}";
    }

    public void Dispose() => _http.Dispose();

    private Uri AppUri(string path) => new($"http://127.0.0.1:{app.Port}{path}");

    private Uri SidecarUri(string path) => new($"http://127.0.0.1:{app.HttpPort}{path}");

    private async Task<bool> HasStatusAsync(Uri address, HttpStatusCode expected, CancellationToken cancel) =>
        await StatusAsync(address, cancel) == expected;

    private async Task<HttpStatusCode?> StatusAsync(Uri address, CancellationToken cancel)
    {
        try
        {
            using var response = await _http.GetAsync(address, cancel);
            return response.StatusCode;
        }
        catch (Exception failure) when (IsMissingResponse(failure, cancel))
        {
            return null;
        }
    }

    private async Task<JsonElement?> GetJsonAsync(Uri address, CancellationToken cancel)
    {
        try
        {
            return await _http.GetFromJsonAsync<JsonElement>(address, cancel);
        }
        catch (Exception failure) when (IsMissingResponse(failure, cancel))
        {
            return null;
        }
    }

    private static bool IsMissingResponse(Exception failure, CancellationToken cancel) =>
        failure is HttpRequestException or JsonException or IOException
        || (failure is OperationCanceledException && !cancel.IsCancellationRequested);
}
