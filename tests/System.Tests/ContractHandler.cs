using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DaprShop.SystemTests;

/// <summary>Holds each answer against the OpenAPI document that the gateway serves: its status, its type of content and its body.</summary>
internal sealed class ContractHandler() : DelegatingHandler(new SocketsHttpHandler())
{
    private static readonly string[] NoApi = ["/openapi/", "/asyncapi/", "/docs", "/health/"];
    private readonly SemaphoreSlim _one = new(1);
    private readonly ConcurrentDictionary<string, string?> _paths = [];
    private Contract? _contract;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        var path = request.RequestUri!.AbsolutePath;
        if (!NoApi.Any(p => path.StartsWith(p, StringComparison.Ordinal)) && await ContractAsync(new Uri(request.RequestUri, "/openapi/v1.json"), cancellationToken) is { } contract && await ComplaintAsync(contract, request.Method.Method, path, response, cancellationToken) is { } complaint)
            throw new ContractBrokenException($"{request.Method} {path} → {(int)response.StatusCode} {response.Content.Headers.ContentType}: {complaint}");
        return response;
    }

    private async Task<string?> ComplaintAsync(Contract contract, string method, string path, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        var operation = Operation(contract, method, path);
        if (operation is null && status is not (404 or 405)) return "the document has no such operation.";
        var responses = operation?["responses"] ?? new JsonObject { ["default"] = new JsonObject { ["$ref"] = "#/components/responses/Problem" } };
        var declared = responses[$"{status}"] ?? (status >= 400 ? responses["default"] : null);
        if (declared is null) return $"the document declares {string.Join(", ", responses.AsObject().Select(r => r.Key))}.";
        if (declared["$ref"] is { } reference) declared = contract.Document["components"]!["responses"]![reference.GetValue<string>().Split('/')[^1]]!;
        var type = response.Content.Headers.ContentType?.MediaType;
        if (declared["content"] is not JsonObject content) return type is null && response.Content.Headers.ContentLength is null or 0 ? null : "the document declares no body.";
        if (type is null || content[type] is not { } media) return $"the document declares {string.Join(", ", content.Select(c => c.Key))}.";
        if (type == "text/event-stream" || media["schema"] is not { } schema || !type.EndsWith("json", StringComparison.Ordinal)) return null;
        await response.Content.LoadIntoBufferAsync(cancellationToken);
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        var complaints = contract.Complaints(schema, JsonElement.Parse(body));
        return complaints.Count == 0 ? null : $"{string.Join("; ", complaints)} in {body[..Math.Min(body.Length, 2_000)]}";
    }

    /// <summary>A path without parameters goes before one with.</summary>
    private JsonNode? Operation(Contract contract, string method, string path)
    {
        var paths = contract.Document["paths"]!.AsObject();
        var parts = path.Split('/');
        var pattern = _paths.GetOrAdd($"{method} {path}", _ => paths.Where(p => p.Value![method.ToLowerInvariant()] is not null && Fits(p.Key.Split('/'), parts))
            .OrderBy(p => p.Key.Count(c => c == '{')).Select(p => p.Key).FirstOrDefault());
        return pattern is null ? null : paths[pattern]![method.ToLowerInvariant()];
    }

    private static bool Fits(string[] pattern, string[] parts) => pattern.Length == parts.Length && pattern.Zip(parts).All(p => p.First == p.Second || p.First.StartsWith('{'));

    /// <summary>Null while a service is away, whose part is missing then.</summary>
    private async Task<Contract?> ContractAsync(Uri address, CancellationToken cancellationToken)
    {
        if (_contract is not null) return _contract;
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (_contract is not null) return _contract;
            using var response = await base.SendAsync(new HttpRequestMessage(HttpMethod.Get, address), cancellationToken);
            var text = await response.Content.ReadAsStringAsync(cancellationToken);
            return text.Contains("not described", StringComparison.Ordinal) ? null : _contract = new Contract(JsonNode.Parse(text)!.AsObject());
        }
        finally
        {
            _one.Release();
        }
    }
}

/// <summary>An answer is not what the document says.</summary>
internal sealed class ContractBrokenException(string message) : Exception(message);
