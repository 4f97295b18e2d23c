using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace DaprShop.Shop.Supervision;

/// <summary>What one asks an app and its sidecar. No answer, or an odd one, is a no.</summary>
internal sealed class SidecarQuestions(DaprApp app) : IDisposable
{
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(2) };

    public Task<bool> IsAliveAsync(CancellationToken cancel) =>
        SaysAsync(OfApp("/health/live"), HttpStatusCode.OK, cancel);

    public Task<bool> HasItsComponentsAsync(CancellationToken cancel) =>
        SaysAsync(OfSidecar("/v1.0/healthz/outbound"), HttpStatusCode.NoContent, cancel);

    public async Task<bool> HasWorkerAsync(CancellationToken cancel) =>
        await JsonAsync(OfSidecar("/v1.0/metadata"), cancel) is { } metadata
        && SidecarMetadata.ConnectedWorkers(metadata) > 0;

    /// <summary>Null when app and sidecar are ready for customers, else what is missing.</summary>
    public async Task<string?> MissingAsync(CancellationToken cancel)
    {
        if (!await SaysAsync(OfApp("/health/ready"), HttpStatusCode.OK, cancel))
            return $"{app.Id}: the app is not ready";
        if (!await SaysAsync(OfSidecar("/v1.0/healthz"), HttpStatusCode.NoContent, cancel))
            return $"{app.Id}: the sidecar is not healthy";
        if (await JsonAsync(OfSidecar("/v1.0/metadata"), cancel) is not { } metadata)
            return $"{app.Id}: the sidecar does not answer";
        var declared = await JsonAsync(OfApp("/dapr/subscribe"), cancel);
        var missing = SidecarMetadata.Declared(declared).Except(SidecarMetadata.Subscribed(metadata)).FirstOrDefault();
        if (missing is not null)
            return $"{app.Id}: the sidecar has not subscribed to {missing} yet";
        return app.RunsWorkflows && SidecarMetadata.ConnectedWorkers(metadata) == 0
            ? $"{app.Id}: no workflow worker is connected"
            : null;
    }

    public void Dispose() => _http.Dispose();

    private Uri OfApp(string path) => new($"http://127.0.0.1:{app.Port}{path}");

    private Uri OfSidecar(string path) => new($"http://127.0.0.1:{app.HttpPort}{path}");

    private async Task<bool> SaysAsync(Uri address, HttpStatusCode expected, CancellationToken cancel)
    {
        try
        {
            using var answer = await _http.GetAsync(address, cancel);
            return answer.StatusCode == expected;
        }
        catch (Exception none) when (IsNoAnswer(none, cancel))
        {
            return false;
        }
    }

    private async Task<JsonElement?> JsonAsync(Uri address, CancellationToken cancel)
    {
        try
        {
            return await _http.GetFromJsonAsync<JsonElement>(address, cancel);
        }
        catch (Exception none) when (IsNoAnswer(none, cancel))
        {
            return null;
        }
    }

    private static bool IsNoAnswer(Exception problem, CancellationToken cancel) =>
        problem is HttpRequestException or JsonException or IOException
        || (problem is OperationCanceledException && !cancel.IsCancellationRequested);
}
