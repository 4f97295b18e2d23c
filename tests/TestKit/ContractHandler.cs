using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DaprShop.TestKit;

/// <summary>
/// Holds each answer of the gateway or a service against the OpenAPI document that it serves: its status, its type of
/// content and its body.
/// </summary>
/// <param name="hides">True for a service: what its document leaves out is for sidecars only.</param>
public sealed class ContractHandler(bool hides = false) : DelegatingHandler(new SocketsHttpHandler())
{
    private static readonly string[] NoApi = ["/openapi/", "/asyncapi/", "/docs", "/health/"];

    // A service's own document leaves refusals to the gateway's.
    private static readonly JsonNode Refusal = JsonNode.Parse(
        """
        {
          "content": {
            "application/problem+json": {
              "schema": {
                "type": "object", "required": ["type", "title", "status", "detail"],
                "properties": {
                  "type": { "type": "string", "pattern": "^urn:daprshop:problem:" },
                  "title": { "type": "string" },
                  "status": { "type": "integer" },
                  "detail": { "type": "string" }
                }
              }
            }
          }
        }
        """
    )!;

    private readonly SemaphoreSlim _one = new(1);
    private readonly ConcurrentDictionary<string, string?> _paths = [];
    private Contract? _contract;

    /// <inheritdoc />
    /// <exception cref="ContractBrokenException">The answer is not what the document says.</exception>
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        var response = await base.SendAsync(request, cancellationToken);
        var path = request.RequestUri!.AbsolutePath;
        if (
            !NoApi.Any(p => path.StartsWith(p, StringComparison.Ordinal))
            && await ContractAsync(new Uri(request.RequestUri, "/openapi/v1.json"), cancellationToken) is { } contract
            && await ComplaintAsync(contract, request.Method.Method, path, response, cancellationToken) is { } complaint
        )
            throw new ContractBrokenException(
                $"{request.Method} {path} → {(int)response.StatusCode} {response.Content.Headers.ContentType}: "
                    + complaint
            );
        return response;
    }

    private async Task<string?> ComplaintAsync(
        Contract contract,
        string method,
        string path,
        HttpResponseMessage response,
        CancellationToken cancellationToken
    )
    {
        var status = (int)response.StatusCode;
        var operation = Operation(contract, method, path);
        if (operation is null && status is not (404 or 405))
            return hides ? null : "the document has no such operation.";
        var responses = operation?["responses"] ?? new JsonObject();
        var declared = responses[$"{status}"] ?? (status >= 400 ? responses["default"] ?? Refusal : null);
        if (declared is null)
            return $"the document declares {string.Join(", ", responses.AsObject().Select(r => r.Key))}.";
        if (declared["$ref"] is { } reference)
            declared = contract.Document["components"]!["responses"]![reference.GetValue<string>().Split('/')[^1]]!;
        var type = response.Content.Headers.ContentType?.MediaType;
        if (declared["content"] is not JsonObject content)
            return type is null && response.Content.Headers.ContentLength is null or 0
                ? null
                : "the document declares no body.";
        if (type is null || content[type] is not { } media)
            return $"the document declares {string.Join(", ", content.Select(c => c.Key))}.";
        if (
            type == "text/event-stream"
            || media["schema"] is not { } schema
            || !type.EndsWith("json", StringComparison.Ordinal)
        )
            return null;
        await response.Content.LoadIntoBufferAsync(cancellationToken);
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        var complaints = contract.Complaints(schema, JsonElement.Parse(body));
        return complaints.Count == 0
            ? null
            : $"{string.Join("; ", complaints)} in {body[..Math.Min(body.Length, 2_000)]}";
    }

    /// <summary>A path without parameters goes before one with.</summary>
    private JsonNode? Operation(Contract contract, string method, string path)
    {
        var paths = contract.Document["paths"]!.AsObject();
        var parts = path.Split('/');
        var pattern = _paths.GetOrAdd($"{method} {path}", _ =>
            paths
                .Where(p => p.Value![method.ToLowerInvariant()] is not null && Fits(p.Key.Split('/'), parts))
                .OrderBy(p => p.Key.Count(c => c == '{'))
                .Select(p => p.Key)
                .FirstOrDefault()
        );
        return pattern is null ? null : paths[pattern]![method.ToLowerInvariant()];
    }

    private static bool Fits(string[] pattern, string[] parts) =>
        pattern.Length == parts.Length && pattern.Zip(parts).All(p => p.First == p.Second || p.First.StartsWith('{'));

    /// <summary>Null while a service is unavailable and its part missing: OpenApiMergeRules says so in the description.</summary>
    private async Task<Contract?> ContractAsync(Uri address, CancellationToken cancellationToken)
    {
        if (_contract is not null)
            return _contract;
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (_contract is not null)
                return _contract;
            using var response = await base.SendAsync(
                new HttpRequestMessage(HttpMethod.Get, address),
                cancellationToken
            );
            var text = await response.Content.ReadAsStringAsync(cancellationToken);
            return text.Contains("missing here", StringComparison.Ordinal)
                ? null
                : _contract = new Contract(JsonNode.Parse(text)!.AsObject());
        }
        finally
        {
            _one.Release();
        }
    }
}

/// <summary>An answer is not what the document says.</summary>
public sealed class ContractBrokenException(string message) : Exception(message);
