using DaprShop.Contracts;
using DaprShop.Gateway.Forwarding;
using DaprShop.Gateway.Sidecar;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Polly.Timeout;

namespace DaprShop.Gateway.ApiDocuments;

/// <summary>
/// Fetches the services' OpenAPI documents through the sidecar, merges them, and caches the result for a moment.
/// </summary>
/// <param name="own">Creates the gateway's own document; null in tests that do not need it.</param>
internal sealed class OpenApiDocuments(
    DaprSidecar sidecar,
    IHttpClientFactory clients,
    TimeProvider time,
    [FromKeyedServices("v1")] IOpenApiDocumentProvider? own = null
)
{
    /// <summary>Name of the HTTP client.</summary>
    public const string Client = "openapi";

    /// <summary>How long a service may take; a later one is left out of the document.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan CacheDuration = TimeSpan.FromSeconds(10);
    private CachedDocument? _cached;

    /// <summary>The merged document as JSON. A document that lacks a service is not cached.</summary>
    public async Task<string> GetMergedAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (_cached is { } cached && now - cached.At < CacheDuration)
            return cached.Json;
        var fetched = await Task.WhenAll(RouteTable.Apps.Select(app => FetchAsync(app, cancellationToken)));
        var documents = RouteTable
            .Apps.Zip(fetched)
            .Where(d => d.Second is not null)
            .ToDictionary(d => d.First, d => d.Second!);
        var isComplete = documents.Count == RouteTable.Apps.Count;
        if (own is not null)
        {
            var document = await own.GetOpenApiDocumentAsync(cancellationToken);
            documents[Apps.Gateway] = await document.SerializeAsJsonAsync(
                OpenApiSpecVersion.OpenApi3_1,
                cancellationToken
            );
        }

        IReadOnlyList<GatewayRoute> routes = [.. RouteTable.Routes, .. own is null ? [] : RouteTable.Own];
        var json = OpenApiMergeRules.Merge(documents, routes).ToJsonString();
        if (isComplete)
            _cached = new CachedDocument(json, now);
        return json;
    }

    private async Task<string?> FetchAsync(string app, CancellationToken cancellationToken)
    {
        try
        {
            using var client = clients.CreateClient(Client);
            using var response = await client.GetAsync(
                $"{sidecar.InvocationUrl(app)}/openapi/v1.json",
                cancellationToken
            );
            return response.IsSuccessStatusCode ? await response.Content.ReadAsStringAsync(cancellationToken) : null;
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutRejectedException)
        {
            return null;
        }
    }

    private sealed record CachedDocument(string Json, DateTimeOffset At);
}
