using DaprShop.Contracts;
using DaprShop.Gateway.Domain;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace DaprShop.Gateway;

/// <summary>Fetches the services' OpenAPI documents through the sidecar, and keeps the merged one for a moment.</summary>
internal sealed class OpenApiDocuments(
    Sidecar sidecar,
    TimeProvider time,
    [FromKeyedServices("v1")] IOpenApiDocumentProvider? own = null
)
{
    private static readonly TimeSpan KeepFor = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private Merged? _merged;

    public async Task<string> MergedAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (_merged is { } kept && now - kept.At < KeepFor)
            return kept.Json;
        var fetched = await Task.WhenAll(RouteTable.Apps.Select(app => FetchAsync(app, cancellationToken)));
        var present = fetched.Where(f => f.Json is not null).ToDictionary(f => f.App, f => f.Json!);
        var complete = present.Count == RouteTable.Apps.Count;
        if (own is not null)
            present[Apps.Gateway] = await (await own.GetOpenApiDocumentAsync(cancellationToken)).SerializeAsJsonAsync(
                OpenApiSpecVersion.OpenApi3_1,
                cancellationToken
            );
        var json = ApiDocument
            .Merge(present, [.. RouteTable.Routes, .. own is null ? [] : RouteTable.Own])
            .ToJsonString();
        if (complete)
            _merged = new Merged(json, now);
        return json;
    }

    private async Task<(string App, string? Json)> FetchAsync(string app, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(Patience, time);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{sidecar.MethodsOf(app)}/openapi/v1.json");
            using var response = await sidecar.Client.SendAsync(request, patience.Token);
            return (
                app,
                response.IsSuccessStatusCode ? await response.Content.ReadAsStringAsync(patience.Token) : null
            );
        }
        catch (Exception e)
            when (e is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return (app, null);
        }
    }

    private sealed record Merged(string Json, DateTimeOffset At);
}
